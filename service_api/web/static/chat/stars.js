// Stars after a conversation: radio buttons underneath, so that arrow keys and screen readers work as everywhere.
import { element } from "./dom.js";

export class Stars {
  // give(score, comment) → promise of true; later() when the customer does not want to now
  constructor(chat, give, later) {
    this.chat = chat;
    this.give = give;
    this.later = later;
    this.box = element("form", { class: "stars", hidden: true });
    this.box.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
  }

  show() {
    if (!this.box.hidden && this.language === this.chat.language) return;
    const w = this.chat.words;
    this.language = this.chat.language;
    const before = this.score;
    const said = this.comment?.value || "";
    const choices = element("div", { class: "choices" });
    for (let n = 1; n <= 5; n += 1) {
      const radio = element("input", { type: "radio", name: "score", value: String(n), id: `star-${n}`, class: "only-read" });
      radio.checked = before === n;
      radio.addEventListener("change", () => this.paint());
      choices.append(radio, element("label", { for: `star-${n}` }, element("span", { "aria-hidden": "true" }, "★"), element("span", { class: "only-read" }, w.star(n))));
    }
    this.meaning = element("p", { class: "meaning", "aria-hidden": "true" });
    this.comment = element("textarea", { rows: "2", maxlength: "500", id: "stars-comment", placeholder: w.comment });
    this.comment.value = said;
    this.more = element("div", { class: "more", hidden: true }, element("label", { for: "stars-comment", class: "only-read" }, w.comment), this.comment);
    this.ready = element("button", { type: "submit", class: "main", disabled: true }, w.giveRating);
    const notNow = element("button", { type: "button", class: "plain" }, w.notNow);
    notNow.addEventListener("click", () => { this.hide(); this.later(); });
    const fields = element("fieldset", {}, element("legend", {}, w.rate), choices, this.meaning);
    this.box.replaceChildren(fields, this.more, element("div", { class: "buttons" }, notNow, this.ready));
    this.box.hidden = false;
    this.paint();
  }

  get score() { return Number(this.box.querySelector("input:checked")?.value) || 0; }

  paint() {
    this.box.querySelectorAll(".choices label").forEach((label, at) => label.classList.toggle("on", at < this.score));
    this.meaning.textContent = this.score ? this.chat.words.star(this.score) : "";
    this.more.hidden = !this.score;
    this.ready.disabled = !this.score;
  }

  hide() { this.box.hidden = true; this.box.replaceChildren(); }

  async send() {
    if (!this.score) return;
    this.ready.disabled = true;
    if (await this.give(this.score, this.comment.value.trim() || null)) this.hide();
    else this.ready.disabled = false;
  }
}
