// Hides questions that are not asked: data-only-if="other question" data-only-values="a b".
export function conditions(form) {
  const asked = [...form.querySelectorAll('[data-only-if]')];
  const sections = [...form.querySelectorAll('[data-section]')];
  const answers = (name) => new FormData(form).getAll(name);
  const update = () => {
    for (const question of asked) {
      const values = question.dataset.onlyValues.split(' ');
      question.hidden = !answers(question.dataset.onlyIf).some((answer) => values.includes(answer));
    }
    // A heading over nothing is hidden with its questions.
    for (const section of sections) {
      section.hidden = [...section.querySelectorAll(':scope > .question')].every((question) => question.hidden);
    }
  };
  form.addEventListener('change', update);
  update();
}
