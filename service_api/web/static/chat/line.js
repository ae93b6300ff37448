// The line under the head: who answers now, the place in the queue, or when people are back.
import { backAt, element } from "./dom.js";

export class Line {
  constructor(chat) {
    this.chat = chat;
    this.words = element("p", { role: "status" });
    this.ask = element("button", { type: "button", class: "ask-person" });
    this.ask.addEventListener("click", () => chat.submit(chat.words.askPersonSays));
    this.box = element("div", { class: "line" }, element("span", { class: "dot" }), this.words, this.ask);
    this.hours = element("p", { class: "hours" });
  }

  show(people, state) {
    const w = this.chat.words;
    const [text, tone] = this.said(people, state, w);
    this.box.dataset.tone = tone;
    if (this.words.textContent !== text) this.words.textContent = text;
    this.ask.textContent = w.askPerson;
    this.ask.hidden = Boolean(state && (state.answering !== "assistant" || state.waiting));
    this.hours.textContent = people && !people.open ? w.hours(people.hours, people.daily) : "";
  }

  said(people, state, w) {
    const when = people?.back_at ? backAt(people, this.chat.language) : "";
    if (state?.answering === "agent") return [w.withAgent(state.agent_name || w.person), "here"];
    if (state?.answering === "queue") return [state.queue_position > 1 ? w.ahead(state.queue_position - 1) : w.next, "waiting"];
    if (state?.waiting) return [w.waitingAway(when), "away"];
    if (!people) return ["", ""];
    return people.open ? [w.here, "here"] : [w.away(when), "away"];
  }
}
