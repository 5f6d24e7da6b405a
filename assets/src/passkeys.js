// Passkeys: ask the server for a challenge, the device for an answer, and send it as a form does.
const able = window.PublicKeyCredential && 'parseCreationOptionsFromJSON' in PublicKeyCredential;

async function answered(form) {
  const response = await fetch(form.dataset.challenge, {
    method: 'POST',
    headers: { 'X-CSRFToken': form.elements.csrf_token.value },
  });
  // Signed out, too late, or to be asked for the password: the page itself says which.
  if (!response.ok || response.redirected) return location.reload();
  const asked = await response.json();
  const publicKey =
    form.dataset.passkey === 'create'
      ? PublicKeyCredential.parseCreationOptionsFromJSON(asked)
      : PublicKeyCredential.parseRequestOptionsFromJSON(asked);
  const made = await navigator.credentials[form.dataset.passkey]({ publicKey });
  form.elements.signed.value = JSON.stringify(made);
  form.submit();
}

function say(form, which) {
  for (const line of form.querySelectorAll('[data-failed]')) {
    line.hidden = line.dataset.failed !== which;
  }
}

function listen(form) {
  const button = form.querySelector('[data-begin]');
  if (!able) return say(form, 'unable');
  button.hidden = false;
  const begin = async () => {
    say(form, '');
    button.disabled = true;
    try {
      await answered(form);
    } catch (error) {
      say(form, error.name === 'InvalidStateError' ? 'known' : 'other');
      button.disabled = false;
    }
  };
  button.addEventListener('click', begin);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    begin();
  });
}

for (const form of document.querySelectorAll('form[data-passkey]')) listen(form);
for (const button of document.querySelectorAll('[data-print]')) {
  button.hidden = false;
  button.addEventListener('click', () => window.print());
}
