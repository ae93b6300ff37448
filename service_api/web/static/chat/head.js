// The head of the chat: its name, the elderly view and its size of text, the language, and the way out.
import { element, icon } from "./dom.js";

const LARGE_SIZES = [20, 24, 30];

export class Head {
  constructor(chat) {
    this.chat = chat;
    this.title = element(chat.page ? "h1" : "h2", { class: "title" });
    this.smaller = this.tool(() => this.resize(-1), "A−");
    this.bigger = this.tool(() => this.resize(1), "A+");
    this.sizeButton = this.tool(() => chat.view(!chat.likes.large));
    this.languageButton = this.tool(() => chat.like({ language: chat.language === "zh" ? "en" : "zh" }));
    this.closeButton = this.tool(() => chat.close(), icon("close"));
    this.closeButton.classList.add("close");
    const tools = element("div", { class: "tools" }, this.smaller, this.bigger, this.sizeButton, this.languageButton);
    this.box = element("header", {}, element("span", { class: "mark", "aria-hidden": "true" }, "听"), this.title, tools, chat.page ? null : this.closeButton);
  }

  tool(act, content) {
    const button = element("button", { type: "button", class: "tool" }, content);
    button.addEventListener("click", act);
    return button;
  }

  get step() { return Math.max(0, Math.min(this.chat.likes.step || 0, LARGE_SIZES.length - 1)); }

  resize(by) { this.chat.like({ step: this.step + by }); }

  applyWords(w) {
    const large = Boolean(this.chat.likes.large);
    this.title.textContent = w.title;
    this.languageButton.textContent = w.language;
    this.languageButton.lang = this.chat.language === "zh" ? "en" : "zh-CN";
    for (const [button, name] of [[this.closeButton, w.close], [this.smaller, `A− ${w.smaller}`], [this.bigger, `A+ ${w.bigger}`]]) {
      button.setAttribute("aria-label", name);
      button.title = name;
    }
    this.sizeButton.textContent = large ? w.normal : w.large;
    this.smaller.hidden = this.bigger.hidden = !large;
    this.smaller.disabled = this.step === 0;
    this.bigger.disabled = this.step === LARGE_SIZES.length - 1;
    this.chat.frame.classList.toggle("large", large);
    this.chat.frame.style.setProperty("--size", `${large ? LARGE_SIZES[this.step] : 16}px`);
  }
}
