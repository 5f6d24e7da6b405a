// Keeps the draft while somebody draws; who comes too late overwrites nothing and loses nothing.
import { node, button } from './fields.js';

export class Saving {
  constructor({ url, token, said, conflict, texts, revision, current, copy, seen }) {
    Object.assign(this, { url, token, said, conflict, texts, revision, current, copy, seen });
    this.dirty = false;
    this.busy = Promise.resolve();
    this.kept = [];
    addEventListener('beforeunload', (event) => { if (this.dirty) event.preventDefault(); });
    addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden') this.flush(); });
    setInterval(() => this.look(), 20_000);
    this.look();
  }

  /** From now on nothing is saved here: why, and how one goes on. */
  stop(sentence, ...ways) {
    this.stopped = true;
    this.conflict.replaceChildren(node('p', {}, sentence), node('div', { class: 'buttons' }, ...ways));
    this.conflict.hidden = false;
    this.conflict.focus();
  }

  /** What the browser left out while reading would be gone from the file when it saves. */
  read({ warnings = [] }) {
    const lost = warnings.find(({ message }) => /unparsable|unrecognized|unexpected/.test(message));
    if (lost) this.unread(lost.message.split('\n').pop().trim());
  }

  unread(why) { this.stop(`${this.texts.notReadWhole} (${why})`); }

  /** A draft that was handed in or released: who draws on does so in a draft of one's own; not with half a file. */
  closed(sentence) { if (!this.stopped) this.stop(sentence, this.keepOwn()); }

  changed() {
    this.dirty = true;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), 1200);
  }

  /** After a save: `then` gets the new revision. */
  onKept(then) { this.kept.push(then); }

  flush() {
    clearTimeout(this.timer);
    this.busy = this.busy.then(() => this.save());
    return this.busy;
  }

  async save() {
    if (!this.dirty || this.stopped) return;
    this.dirty = false;
    try {
      const answer = await this.send(`${this.url}?revision=${this.revision}`, 'PUT', await this.current());
      if (answer.status === 409) return this.tooLate(await answer.json());
      if (answer.status === 422) return this.say((await answer.json()).sentence);
      if (!answer.ok) throw new Error(answer.status);
      const { revision, said } = await answer.json();
      this.revision = revision;
      this.say(said);
      for (const then of this.kept) then(revision);
    } catch {
      this.dirty = true;
      this.say(this.texts.notSaved);
      this.timer = setTimeout(() => this.flush(), 5000);
    }
  }

  send(url, method, body) {
    return fetch(url, { method, body, headers: { 'Content-Type': 'application/xml', 'X-CSRFToken': this.token } });
  }

  say(words) { this.said.textContent = words; }

  /** Somebody else has saved: say who, and keep what stands here in a draft of one's own. */
  tooLate({ sentence }) {
    this.dirty = true;
    const reload = button(this.texts.loadTheirs, () => { this.dirty = false; location.reload(); });
    this.stop(sentence, this.keepOwn(), reload);
  }

  keepOwn() {
    return button(this.texts.keepOwn, async () => {
      const answer = await this.send(this.copy, 'POST', await this.current());
      if (!answer.ok) return this.say(this.texts.notSaved);
      this.dirty = false;
      location.href = (await answer.json()).url;
      return undefined;
    }, { class: '' });
  }

  /** Who else is here, and whether somebody has saved meanwhile. */
  async look() {
    if (this.stopped) return;
    try {
      const answer = await this.send(this.seen, 'POST', '');
      if (!answer.ok) return;
      const { others, revision, sentence } = await answer.json();
      document.querySelector('[data-others]').textContent = others;
      if (revision > this.revision && !this.dirty) this.tooLate({ sentence });
    } catch { /* the next look will tell */ }
  }
}
