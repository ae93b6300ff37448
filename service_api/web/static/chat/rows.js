// The messages on the screen: one row each, in the order of their numbers, those of one author joined.
import { clockTime, dayName, element, icon } from "./dom.js";

const JOINED_MS = 3 * 60000;

export class Rows {
  // on: retry(client_id), verdict(message, helpful)
  constructor(list, chat, on) {
    this.list = list;
    this.chat = chat;
    this.on = on;
    this.mine = new Map();
    this.seen = 0;
  }

  get words() { return this.chat.words; }

  show(message) {
    const row = message.client_id && this.mine.get(message.client_id);
    if (row) this.settle(row, message); else this.add(message);
  }

  // A message of mine takes the place its number gives it, also when an answer overtook it.
  settle(row, message) {
    const isNew = row.message.seq !== message.seq;
    row.message = { ...row.message, ...message, upload: undefined };
    row.dataset.seq = message.seq;
    if (isNew) this.fill(row);
    this.place(row, message.seq);
    this.mark(row);
  }

  add(message) {
    const row = element("li", { class: `row ${message.author}` });
    row.message = message;
    row.append(this.face(message), element("div", { class: "said" }));
    this.fill(row);
    if (message.client_id) this.mine.set(message.client_id, row);
    if (message.seq) { row.dataset.seq = message.seq; this.place(row, message.seq); } else { this.list.append(row); this.join(row); }
    return row;
  }

  fill(row) {
    const { message } = row;
    const who = element("span", { class: message.author === "agent" ? "who" : "only-read" }, this.nameOf(message));
    const bubble = element("div", { class: "bubble" }, who);
    if (message.file) bubble.append(this.chat.files.view(message.file));
    else if (message.upload) bubble.append(message.upload);
    else bubble.append(element("p", { class: "text" }, message.text));
    const foot = element("div", { class: "foot" }, element("time"), element("button", { type: "button", class: "delivery", disabled: true }));
    foot.lastChild.addEventListener("click", () => this.on.retry(message.client_id));
    row.querySelector(".said").replaceChildren(bubble, foot);
    if (message.article) row.querySelector(".said").insertBefore(this.question(message), foot);
    this.mark(row);
  }

  face(message) {
    const face = element("span", { class: "face", "aria-hidden": "true" });
    if (message.author === "agent") face.append([...(message.agent_name || "客")][0]);
    else if (message.author === "assistant") face.append("听");
    return face;
  }

  question(message) {
    const w = this.words;
    const group = element("div", { class: "verdict", role: "group", "aria-label": w.askHelpful });
    const choose = async (helpful) => {
      group.querySelectorAll("button").forEach((each) => { each.disabled = true; });
      if (await this.on.verdict(message, helpful)) group.replaceChildren(element("span", { role: "status" }, this.words.thanksHelpful));
      else group.querySelectorAll("button").forEach((each) => { each.disabled = false; });
    };
    for (const [shape, words, helpful] of [["up", w.helpful, true], ["thumb", w.notHelpful, false]]) {
      const button = element("button", { type: "button" }, icon(shape), words);
      button.addEventListener("click", () => choose(helpful));
      group.append(button);
    }
    return group;
  }

  nameOf(message) {
    const w = this.words;
    if (message.author === "agent") return message.agent_name || w.person;
    return { customer: w.me, assistant: w.assistant, system: w.system }[message.author];
  }

  place(row, seq) {
    let before = null;
    for (let other = this.list.lastElementChild; other; other = other.previousElementSibling) {
      if (other === row) continue;
      if (!other.message) break;
      if ((Number(other.dataset.seq) || Infinity) < seq) break;
      before = other;
    }
    const was = row.nextElementSibling;
    if (was !== before || !row.isConnected) this.list.insertBefore(row, before);
    this.join(row);
    if (row.nextElementSibling) this.join(row.nextElementSibling);
    if (was && was !== row.nextElementSibling) this.join(was);
  }

  // Rows of one author within a few minutes hang together; the first of a day says which day it is.
  join(row) {
    const above = row.previousElementSibling?.message ? row.previousElementSibling : null;
    const when = new Date(row.message.created_at || Date.now());
    const before = above && new Date(above.message.created_at || Date.now());
    const newDay = !above || when.toDateString() !== before.toDateString();
    if (newDay) row.dataset.day = dayName(when, this.chat.language, this.words); else delete row.dataset.day;
    const joined = above && !newDay && above.message.author === row.message.author
      && above.message.agent_name === row.message.agent_name && when - before < JOINED_MS;
    row.classList.toggle("joined", Boolean(joined));
    if (above) above.classList.toggle("goes-on", Boolean(joined));
    row.classList.remove("goes-on");
    const below = row.nextElementSibling;
    if (below?.message) row.classList.toggle("goes-on", below.classList.contains("joined"));
  }

  deliver(client_id, delivery) {
    const row = this.mine.get(client_id);
    if (!row) return;
    row.dataset.delivery = delivery;
    this.mark(row);
  }

  takenUp(seq) {
    if (seq <= this.seen) return;
    this.seen = seq;
    for (const row of this.mine.values()) this.mark(row);
  }

  // Under the last of my messages stands what became of it; under the others only what is wrong.
  mark(row) {
    const w = this.words;
    const { message } = row;
    row.querySelector("time").textContent = message.created_at ? clockTime(message.created_at, this.chat.language) : "";
    const button = row.querySelector(".delivery");
    const delivery = message.seq ? (message.seq <= this.seen ? "read" : "sent") : row.dataset.delivery;
    if (message.author !== "customer") return;
    if (delivery) row.dataset.delivery = delivery;
    button.disabled = delivery !== "failed";
    button.textContent = { sending: w.sending, sent: w.sent, read: w.read, failed: w.failed }[delivery] ?? "";
  }

  remove(client_id) {
    const row = this.mine.get(client_id);
    const below = row?.nextElementSibling;
    row?.remove();
    this.mine.delete(client_id);
    if (below?.message) this.join(below);
    return row;
  }

  get all() { return [...this.list.children].filter((row) => row.message); }

  clear() {
    for (const row of this.all) row.remove();
    this.mine.clear();
    this.seen = 0;
  }

  // In the other language.
  rename() {
    for (const row of this.all) {
      row.querySelector(".bubble > span").textContent = this.nameOf(row.message);
      this.mark(row);
      this.join(row);
    }
  }
}
