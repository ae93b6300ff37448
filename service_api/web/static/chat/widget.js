// The customer's chat. One tag on any page of the bank:
//   <script type="module" src="https://desk.example/static/chat/widget.js"></script>
// With data-mode="page" on an element with id "ting-chat" it fills that element instead of floating.
import { Transport } from "./transport.js";
import { WORDS, preferredLanguage } from "./words.js";

const BASE = new URL("../..", import.meta.url).origin === location.origin ? "" : new URL("../..", import.meta.url).origin;
const LONGEST = 2000;
const LIKES = "ting.likes";

class Chat {
  constructor(host, mode) {
    this.mode = mode;
    this.likes = readLikes();
    this.language = preferredLanguage(this.likes.language || host.dataset.language);
    this.unread = 0;
    this.rows = new Map();
    this.state = { answering: "assistant", typing: false, queue_position: null };
    this.root = host.attachShadow({ mode: "open" });
    this.build();
    this.transport = new Transport(BASE, {
      onMessages: (messages) => this.show(messages),
      onState: (state) => this.showState(state),
      onConnection: (connection) => this.showConnection(connection),
      onDelivery: (id, delivery, problem) => this.showDelivery(id, delivery, problem),
      onNewSession: () => this.clear(),
    });
    for (const item of this.transport.pending()) this.addRow({ author: "customer", text: item.text, client_id: item.client_id });
    if (mode === "page" || this.likes.open) this.open();
  }

  build() {
    const style = element("link", { rel: "stylesheet", href: new URL("./chat.css", import.meta.url).href });
    this.frame = element("div", { class: "ting", hidden: "" });
    style.addEventListener("load", () => this.frame.removeAttribute("hidden"));
    this.frame.dataset.mode = this.mode;
    this.launcher = element("button", { class: "launcher", type: "button" });
    this.badge = element("span", { class: "badge", hidden: "" });
    this.launcher.append(icon("chat"), element("span", { class: "launcher-text" }), this.badge);
    this.launcher.addEventListener("click", () => this.open());
    this.panel = element("section", { class: "panel", role: this.mode === "page" ? "region" : "dialog", hidden: "" });
    this.header = this.buildHeader();
    this.banner = element("p", { class: "banner", role: "status", hidden: "" });
    this.log = element("ol", { class: "log", role: "log", "aria-live": "polite", tabindex: "0" });
    this.typing = element("div", { class: "typing", hidden: "", role: "status" });
    this.typing.append(element("i"), element("i"), element("i"), element("span", { class: "only-read" }));
    this.quick = element("div", { class: "quick", role: "group" });
    this.hello = this.buildHello();
    this.log.append(this.hello);
    this.panel.append(this.header, this.banner, this.log, this.typing, this.quick, this.buildForm());
    this.frame.append(this.panel);
    if (this.mode !== "page") this.frame.append(this.launcher);
    this.root.append(style, this.frame);
    this.panel.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.mode !== "page") this.close();
    });
    this.applyWords();
    this.applySize();
  }

  buildHello() {
    const row = element("li", { class: "row assistant" });
    const bubble = element("div", { class: "bubble" });
    bubble.append(element("p", { class: "text" }));
    row.append(bubble);
    return row;
  }

  buildHeader() {
    const header = element("header");
    const mark = element("span", { class: "mark", "aria-hidden": "true" }, "听");
    const names = element("div", { class: "names" });
    this.title = element("h1");
    this.subtitle = element("p");
    names.append(this.title, this.subtitle);
    this.sizeButton = element("button", { type: "button", class: "tool" });
    this.sizeButton.addEventListener("click", () => this.like({ large: !this.likes.large }));
    this.languageButton = element("button", { type: "button", class: "tool" });
    this.languageButton.addEventListener("click", () => this.like({ language: this.language === "zh" ? "en" : "zh" }));
    this.closeButton = element("button", { type: "button", class: "tool close" });
    this.closeButton.append(icon("close"));
    this.closeButton.addEventListener("click", () => this.close());
    header.append(mark, names, this.sizeButton, this.languageButton);
    if (this.mode !== "page") header.append(this.closeButton);
    return header;
  }

  buildForm() {
    const form = element("form", { class: "write" });
    this.note = element("p", { class: "note", role: "alert", hidden: "" });
    this.input = element("textarea", { rows: "1", id: "text", autocomplete: "off", enterkeyhint: "send" });
    this.label = element("label", { for: "text", class: "only-read" });
    this.sendButton = element("button", { type: "submit", class: "send" });
    this.sendButton.append(icon("send"));
    form.append(this.note, this.label, this.input, this.sendButton);
    form.addEventListener("submit", (event) => { event.preventDefault(); this.submit(); });
    this.input.addEventListener("input", () => { this.grow(); this.measure(); });
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.submit(); }
    });
    return form;
  }

  get words() { return WORDS[this.language]; }

  applyWords() {
    const w = this.words;
    this.frame.lang = this.language === "zh" ? "zh-CN" : "en";
    this.title.textContent = w.title;
    this.subtitle.textContent = w.subtitle;
    this.launcher.querySelector(".launcher-text").textContent = w.open;
    this.launcher.setAttribute("aria-label", w.open);
    this.panel.setAttribute("aria-label", w.title);
    this.log.setAttribute("aria-label", w.log);
    this.label.textContent = w.label;
    this.input.placeholder = w.placeholder;
    this.sendButton.setAttribute("aria-label", w.send);
    this.closeButton.setAttribute("aria-label", w.close);
    this.sizeButton.textContent = this.likes.large ? w.normal : w.large;
    this.sizeButton.setAttribute("aria-pressed", String(Boolean(this.likes.large)));
    this.languageButton.textContent = w.language;
    this.languageButton.lang = this.language === "zh" ? "en" : "zh-CN";
    this.typing.querySelector("span").textContent = w.typing;
    this.hello.querySelector(".text").textContent = w.hello;
    this.showState(this.state);
    this.showQuick(this.lastButtons);
  }

  applySize() { this.frame.classList.toggle("large", Boolean(this.likes.large)); }

  like(change) {
    this.likes = { ...this.likes, ...change };
    try { localStorage.setItem(LIKES, JSON.stringify(this.likes)); } catch (error) { /* private mode */ }
    if (change.language) this.language = change.language;
    this.applyWords();
    this.applySize();
  }

  open() {
    this.panel.hidden = false;
    this.launcher.hidden = true;
    this.unread = 0;
    this.showBadge();
    if (!this.started) { this.started = true; this.transport.start(this.language); }
    if (this.mode !== "page") { this.like({ open: true }); this.input.focus(); }
    this.toEnd();
  }

  close() {
    this.panel.hidden = true;
    this.launcher.hidden = false;
    this.like({ open: false });
    this.launcher.focus();
  }

  submit(text = this.input.value) {
    const said = text.trim();
    if (!said) return;
    if ([...said].length > LONGEST) { this.measure(); return; }
    const item = this.transport.send(said);
    this.addRow({ author: "customer", text: said, client_id: item.client_id });
    this.showDelivery(item.client_id, "sending");
    if (text === this.input.value) { this.input.value = ""; this.grow(); }
    this.say("");
    this.showQuick([]);
    this.toEnd();
  }

  show(messages) {
    const near = this.nearEnd();
    for (const message of messages) {
      const mine = message.client_id && this.rows.get(message.client_id);
      if (mine) this.order(mine, message); else this.addRow(message);
      if (message.author !== "customer" && this.panel.hidden) this.unread += 1;
    }
    const last = messages[messages.length - 1];
    this.showQuick(last.author === "customer" ? [] : last.buttons || []);
    this.showBadge();
    if (near) this.toEnd();
  }

  // A message of mine takes the place its number gives it, also when an answer overtook it.
  order(row, message) {
    row.dataset.seq = message.seq;
    row.querySelector(".text").textContent = message.text;
    row.querySelector("time").textContent = clockTime(message.created_at);
    this.place(row, message.seq);
  }

  place(row, seq) {
    let before = null;
    for (let other = this.log.lastElementChild; other; other = other.previousElementSibling) {
      if (other === this.hello) break;
      if (other === row) continue;
      const number = other.dataset.seq ? Number(other.dataset.seq) : Infinity;
      if (number < seq) break;
      before = other;
    }
    if (row.nextElementSibling !== before || !row.isConnected) this.log.insertBefore(row, before);
  }

  addRow(message) {
    const row = element("li", { class: `row ${message.author}` });
    const bubble = element("div", { class: "bubble" });
    const who = element("span", { class: message.author === "agent" ? "who" : "only-read" });
    who.textContent = this.nameOf(message);
    bubble.append(who, element("p", { class: "text" }, message.text));
    const foot = element("div", { class: "foot" });
    foot.append(element("time", {}, message.created_at ? clockTime(message.created_at) : ""), element("button", { type: "button", class: "delivery", disabled: "" }));
    row.append(bubble, foot);
    if (message.client_id) this.rows.set(message.client_id, row);
    if (message.seq) { row.dataset.seq = message.seq; this.place(row, message.seq); } else this.log.append(row);
  }

  nameOf(message) {
    const w = this.words;
    if (message.author === "agent") return message.agent_name || w.person;
    return { customer: w.me, assistant: w.assistant, system: w.system }[message.author];
  }

  showQuick(buttons) {
    this.lastButtons = buttons || [];
    this.quick.replaceChildren();
    let choices = this.lastButtons.map((button) => ({ title: button.title, payload: button.payload }));
    if (this.log.children.length === 1) choices = this.words.starters.map((text) => ({ title: text, payload: text }));
    choices.forEach((choice) => {
      const button = element("button", { type: "button" }, choice.title);
      button.addEventListener("click", () => this.submit(choice.payload));
      this.quick.append(button);
    });
    this.quick.hidden = !choices.length;
    this.quick.setAttribute("aria-label", this.words.welcome_hint);
  }

  showState(state) {
    this.state = state;
    this.typing.hidden = !state.typing;
    const w = this.words;
    if (this.connection === "down") return;
    if (state.answering === "queue") this.tell(state.queue_position > 1 ? w.queue(state.queue_position - 1) : w.next);
    else if (state.answering === "agent" && state.agent_name) this.tell(w.agent(state.agent_name));
    else this.tell("");
    if (state.typing && this.nearEnd()) this.toEnd();
  }

  showConnection(connection) {
    if (this.connection === connection) return;
    this.connection = connection;
    if (connection === "down") this.tell(this.words.offline, "warn"); else this.showState(this.state);
  }

  tell(text, tone = "") {
    this.banner.hidden = !text;
    this.banner.className = `banner ${tone}`;
    this.banner.textContent = text;
  }

  showDelivery(client_id, delivery, problem) {
    const row = this.rows.get(client_id);
    if (!row) return;
    const mark = row.querySelector(".delivery");
    row.dataset.delivery = delivery;
    mark.disabled = delivery !== "failed";
    mark.textContent = { sending: this.words.sending, sent: "", failed: this.words.failed, refused: "" }[delivery] ?? "";
    mark.onclick = () => this.transport.retry(client_id);
    if (delivery === "refused") {
      this.input.value = row.querySelector(".text").textContent;
      row.remove();
      this.rows.delete(client_id);
      this.say(problem.detail || problem.title || this.words.failed);
      this.grow();
    }
  }

  clear() {
    for (const row of [...this.log.children]) if (row.dataset.seq) row.remove();
    this.showQuick([]);
  }

  measure() {
    const length = [...this.input.value.trim()].length;
    this.say(length > LONGEST ? this.words.tooLong(length, LONGEST) : "");
  }

  say(text) { this.note.hidden = !text; this.note.textContent = text; }

  grow() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, 120)}px`;
  }

  showBadge() {
    this.badge.hidden = !this.unread;
    this.badge.textContent = this.unread > 99 ? "99+" : String(this.unread);
    this.badge.setAttribute("aria-label", this.words.newMessages(this.unread));
  }

  nearEnd() { return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 120; }

  toEnd() { requestAnimationFrame(() => { this.log.scrollTop = this.log.scrollHeight; }); }
}

function element(name, attributes = {}, text) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

const SHAPES = {
  chat: "M4 5h16v11H9l-5 4z",
  send: "M4 12l16-8-6 16-3-7z",
  close: "M6 6l12 12M18 6L6 18",
};

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", SHAPES[name]);
  svg.append(path);
  return svg;
}

function clockTime(moment) {
  return new Date(moment).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
}

function readLikes() {
  try { return JSON.parse(localStorage.getItem(LIKES)) || {}; } catch (error) { return {}; }
}

function start() {
  if (document.getElementById("ting-chat-floating")) return;
  const page = document.getElementById("ting-chat");
  if (page) { new Chat(page, "page"); return; }
  const host = element("div", { id: "ting-chat-floating" });
  document.body.append(host);
  new Chat(host, "floating");
}

start();
