// The chat itself: header, line of people, messages, quick replies, stars and the form.
import { element, icon, keep } from "./dom.js";
import { Files } from "./files.js";
import { Form } from "./form.js";
import { Head } from "./head.js";
import { Line } from "./line.js";
import { Rows } from "./rows.js";
import { Stars } from "./stars.js";
import { Transport } from "./transport.js";
import { WORDS, preferredLanguage, problemWords } from "./words.js";

const LIKES = "ting.likes";
const SEEN = "ting.chat.seen";
const NOT_RATED = "ting.chat.not-rated";
const TYPING_EVERY_MS = 3000;
const DOWN_SHOWN_AFTER_MS = 1200;
const WISH_MS = 3000;

export class Chat {
  // options: mode "page" | "floating", language, theme, side, base, siteToken()
  constructor(host, options) {
    this.options = options;
    this.page = options.mode === "page";
    this.likes = keep.read(LIKES) || {};
    this.language = preferredLanguage(this.likes.language, options.language);
    this.unread = 0;
    this.buttons = [];
    this.state = null;
    this.people = null;
    const root = host.attachShadow({ mode: "open" });
    this.transport = new Transport(options.base, {
      messages: (messages) => this.hear(messages),
      state: (state) => { this.showState(state); this.followView(state.plain_words); },
      connection: (connection) => this.showConnection(connection),
      delivery: (id, what, problem) => this.showDelivery(id, what, problem),
      newSession: () => this.clear(),
    }, options.siteToken);
    this.files = new Files(this, this.transport);
    this.build(root);
    for (const item of this.transport.outbox.items) this.rows.add({ author: "customer", text: item.text, client_id: item.client_id });
    document.addEventListener("visibilitychange", () => this.look());
    this.begin();
  }

  async begin() {
    if (this.page || this.likes.open) this.open();
    else if (this.transport.known) this.transport.start(this.language);
    const people = await this.transport.admit();
    if (people) { this.people = people; this.line.show(people, this.state); }
  }

  build(root) {
    const style = element("link", { rel: "stylesheet", href: `${this.options.base}/static/chat/chat.css` });
    this.frame = element("div", { class: "ting", hidden: true });
    style.addEventListener("load", () => { this.frame.hidden = false; this.toEnd(); });
    Object.assign(this.frame.dataset, { mode: this.options.mode, theme: this.options.theme, side: this.options.side });
    this.launcher = element("button", { class: "launcher", type: "button" }, icon("chat"), element("span", { class: "launcher-text" }));
    this.badge = element("span", { class: "badge", hidden: true });
    this.launcher.append(this.badge);
    this.peek = element("button", { class: "peek", type: "button", hidden: true });
    for (const opener of [this.launcher, this.peek]) opener.addEventListener("click", () => this.open());
    this.panel = element("section", { class: "panel", role: this.page ? "region" : "dialog", hidden: true });
    this.head = new Head(this);
    this.line = new Line(this);
    this.form = new Form(this);
    this.banner = element("div", { class: "banner", role: "alert", hidden: true }, element("p"), element("button", { type: "button" }));
    this.banner.lastChild.addEventListener("click", () => this.transport.reconnectNow());
    this.list = element("ol", { class: "rows" });
    this.log = element("div", { class: "log", role: "log", "aria-live": "off", tabindex: "0" }, this.list);
    this.log.addEventListener("scroll", () => { this.atEnd = this.nearEnd(); if (this.atEnd) this.toNew.hidden = true; });
    // A keyboard that opens, a question below: what was read last stays in sight.
    new ResizeObserver(() => { if (this.atEnd !== false) this.toEnd(); }).observe(this.log);
    this.rows = new Rows(this.list, this, { retry: (id) => this.retry(id), verdict: (message, helpful) => this.judge(message, helpful) });
    this.hello = element("li", { class: "row assistant" }, element("span", { class: "face", "aria-hidden": "true" }, "听"),
      element("div", { class: "said" }, element("div", { class: "bubble" }, element("p", { class: "text" }), this.line.hours)));
    this.list.append(this.hello);
    this.toNew = element("button", { type: "button", class: "to-new", hidden: true }, icon("down"), element("span"));
    this.toNew.addEventListener("click", () => this.toEnd());
    this.typing = element("div", { class: "typing", hidden: true, role: "status" }, element("i"), element("i"), element("i"), element("span"));
    this.quick = element("div", { class: "quick", role: "group" });
    this.stars = new Stars(this, (score, comment) => this.rate(score, comment), () => keep.write(NOT_RATED, this.transport.last));
    this.notice = element("p", { class: "thanks", role: "status", hidden: true });
    this.panel.append(this.head.box, this.line.box, this.banner, this.log, this.toNew, this.typing, this.quick, this.notice, this.stars.box, this.form.box);
    this.frame.append(this.panel);
    if (!this.page) this.frame.append(this.peek, this.launcher);
    root.append(style, this.frame);
    this.panel.addEventListener("keydown", (event) => { if (event.key === "Escape" && !this.page) this.close(); });
    this.form.takeDropsOn(this.panel);
    this.applyWords();
  }

  get words() { return WORDS[this.language]; }

  applyWords() {
    const w = this.words;
    this.frame.lang = this.language === "zh" ? "zh-CN" : "en";
    if (this.page) { document.documentElement.lang = this.frame.lang; document.title = w.title; }
    this.launcher.querySelector(".launcher-text").textContent = w.open;
    for (const [thing, name] of [[this.panel, w.title], [this.log, w.log], [this.quick, w.quick]]) thing.setAttribute("aria-label", name);
    this.head.applyWords(w);
    this.form.applyWords(w);
    this.panel.dataset.dropWords = w.dropHere;
    this.banner.lastChild.textContent = w.again;
    this.banner.firstChild.textContent = w.offline;
    this.toNew.lastChild.textContent = w.toNew;
    this.hello.querySelector(".text").textContent = this.likes.large ? w.plainHello : w.hello;
    this.rows.rename();
    if (this.state) this.showState(this.state); else this.line.show(this.people, null);
    this.showQuick(this.buttons);
    this.showBadge();
  }

  like(change) {
    this.likes = { ...this.likes, ...change };
    keep.write(LIKES, this.likes);
    if (change.language) this.language = change.language;
    this.applyWords();
  }

  // The large view and the assistant's plain words are one wish, kept with the conversation: chosen here or said to
  // the assistant ("长辈模式"), the other follows.
  async view(large) {
    this.like({ large });
    if (!this.transport.known) return;  // told once there is a conversation
    this.telling = true;
    const wish = { method: "POST", body: JSON.stringify({ wish: large }), signal: AbortSignal.timeout(WISH_MS) };
    await (this.transport.before = this.transport.call("/chat/plain-words", wish).catch(() => null));
    this.telling = false;
  }

  followView(wish) {
    const large = Boolean(this.likes.large);
    if (this.telling) return;
    if (wish === null) { if (large) this.view(true); } else if (wish !== large) this.like({ large: wish });
  }

  open() {
    this.panel.hidden = false;
    this.launcher.hidden = this.peek.hidden = true;
    this.transport.start(this.language);
    if (!this.page) { this.like({ open: true }); if (matchMedia("(pointer: fine)").matches) this.form.focus(); else this.head.closeButton.focus(); }
    this.look();
    this.toEnd();
  }

  close() {
    this.panel.hidden = true;
    this.launcher.hidden = false;
    this.like({ open: false });
    this.launcher.focus();
  }

  submit(text) {
    const said = text.trim();
    if (!said || !this.form.fits(said)) return;
    const item = this.transport.send(said);
    this.rows.add({ author: "customer", text: said, client_id: item.client_id });
    this.rows.deliver(item.client_id, "sending");
    if (text === this.form.text) this.form.text = "";
    this.notice.hidden = true;
    this.showQuick([]);
    this.toEnd();
  }

  hear(messages) {
    const near = this.nearEnd();
    for (const message of messages) this.rows.show(message);
    const last = messages[messages.length - 1];
    this.showQuick(last.author === "customer" ? [] : last.buttons || []);
    if (near) this.toEnd(); else this.toNew.hidden = last.author === "customer";
    this.look(messages);
  }

  // What is on the screen of a window in front counts as read; the rest is counted on the badge and in the title.
  look(messages = []) {
    if (!this.panel.hidden && !document.hidden) {
      this.unread = 0;
      if (this.transport.last > (keep.read(SEEN) || 0)) {
        keep.write(SEEN, this.transport.last);
        if (this.byPerson) this.transport.sign({ seen: this.transport.last });
      }
    } else {
      const seen = keep.read(SEEN) || 0;
      const fresh = messages.filter((message) => message.seq > seen && message.author !== "customer");
      this.unread += fresh.length;
      if (fresh.length && this.panel.hidden) this.tease(fresh[fresh.length - 1]);
    }
    this.showBadge();
  }

  get byPerson() { return Boolean(this.state && (this.state.answering === "agent" || this.state.waiting)); }

  tease(message) {
    this.peek.replaceChildren(element("strong", {}, this.rows.nameOf(message)), element("span", {}, message.text.slice(0, 90)));
    this.peek.hidden = false;
  }

  showBadge() {
    this.badge.hidden = !this.unread;
    this.badge.textContent = this.unread > 99 ? "99+" : String(this.unread);
    const w = this.words;
    this.launcher.setAttribute("aria-label", this.unread ? `${w.open}, ${w.newMessages(this.unread)}` : w.open);
    const plain = document.title.replace(/^\(\d+\) /, "");
    const title = this.unread ? `(${this.unread}) ${plain}` : plain;
    if (document.title !== title) document.title = title;
  }

  showQuick(buttons) {
    this.buttons = buttons || [];
    const starters = this.rows.all.length ? [] : this.words.starters.map((text) => ({ title: text, payload: text }));
    const choices = this.buttons.length ? this.buttons : starters;
    this.quick.replaceChildren(...choices.map((choice) => {
      const button = element("button", { type: "button" }, choice.title);
      button.addEventListener("click", () => { this.submit(choice.payload); this.goOn(); });
      return button;
    }));
    this.quick.hidden = !choices.length;
  }

  showState(state) {
    this.state = state;
    this.people = state.people;
    const near = this.nearEnd();
    const w = this.words;
    this.typing.hidden = !state.typing;
    this.typing.lastChild.textContent = state.typing ? w.typing(state.answering === "agent" ? state.agent_name || w.person : w.assistant) : "";
    this.rows.takenUp(state.seen_seq);
    this.line.show(state.people, state);
    if (state.rating.due && keep.read(NOT_RATED) !== this.transport.last) this.stars.show(); else this.stars.hide();
    if (near) this.toEnd();
  }

  showConnection(connection) {
    clearTimeout(this.alarm);
    if (connection === "refused") { this.frame.remove(); return; }
    if (connection === "up") { this.banner.hidden = true; this.log.setAttribute("aria-live", "polite"); return; }
    this.alarm = setTimeout(() => { this.banner.hidden = false; }, DOWN_SHOWN_AFTER_MS);
  }

  showDelivery(client_id, delivery, problem) {
    if (delivery !== "refused") { this.rows.deliver(client_id, delivery); return; }
    const row = this.rows.remove(client_id);
    if (row && !this.form.text) this.form.text = row.message.text;
    this.say(problemWords(this.words, problem));
  }

  retry(client_id) { if (!this.files.retry(client_id)) this.transport.retry(); }

  async judge(message, helpful) {
    return this.posted(`/chat/articles/${encodeURIComponent(message.article)}/feedback`, { verdict: helpful ? "helpful" : "unhelpful" });
  }

  async rate(score, comment) {
    if (!(await this.posted("/chat/rating", { score, comment }))) return false;
    this.notice.textContent = this.words.rated;
    this.notice.hidden = false;
    this.goOn();
    return true;
  }

  async posted(path, body) {
    const answer = await this.transport.call(path, { method: "POST", body: JSON.stringify(body) }).catch(() => null);
    if (answer?.ok) return true;
    this.say(this.words.failedProblem);
    return false;
  }

  signTyping() {
    if (!this.byPerson || Date.now() - (this.typedAt || 0) < TYPING_EVERY_MS) return;
    this.typedAt = Date.now();
    this.transport.sign({ typing: true });
  }

  clear() {
    this.rows.clear();
    keep.drop(SEEN);
    for (const item of this.transport.outbox.items) this.rows.add({ author: "customer", text: item.text, client_id: item.client_id });
    this.showQuick([]);
  }

  // After a tap nobody wants to type: a field in focus would open the telephone's keyboard over the answer.
  goOn() { if (matchMedia("(pointer: fine)").matches) this.form.focus(); else this.log.focus({ preventScroll: true }); }

  say(text) { this.form.say(text); }

  nearEnd() { return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 120; }

  toEnd() {
    this.toNew.hidden = true;
    requestAnimationFrame(() => { this.log.scrollTop = this.log.scrollHeight; });
  }
}
