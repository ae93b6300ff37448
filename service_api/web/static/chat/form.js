// Where the customer writes: text, files (chosen, pasted or dropped), and what is wrong with either.
import { element, icon } from "./dom.js";
import { ACCEPT } from "./files.js";

const LONGEST = 2000;
const TALLEST = 160;

export class Form {
  constructor(chat) {
    this.chat = chat;
    this.note = element("p", { class: "note", role: "alert", hidden: true });
    this.input = element("textarea", { rows: "1", id: "text", autocomplete: "off", enterkeyhint: "send" });
    this.label = element("label", { for: "text", class: "only-read" });
    this.chooser = element("input", { type: "file", accept: ACCEPT, multiple: true, hidden: true, tabindex: "-1", "aria-hidden": "true" });
    this.attach = element("button", { type: "button", class: "attach" }, icon("clip"));
    this.sendButton = element("button", { type: "submit", class: "send" }, icon("send"));
    this.box = element("form", { class: "write" }, this.note, this.chooser, this.attach, this.label, this.input, this.sendButton);
    this.attach.addEventListener("click", () => this.chooser.click());
    this.chooser.addEventListener("change", () => { this.sendFiles(this.chooser.files); this.chooser.value = ""; });
    this.box.addEventListener("submit", (event) => { event.preventDefault(); chat.submit(this.input.value); });
    this.input.addEventListener("input", () => { this.grow(); this.fits(); chat.signTyping(); });
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); chat.submit(this.input.value); }
    });
    this.input.addEventListener("paste", (event) => {
      if (event.clipboardData?.files.length) { event.preventDefault(); this.sendFiles(event.clipboardData.files); }
    });
  }

  takeDropsOn(panel) {
    const over = (on) => (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      panel.toggleAttribute("data-drop", on);
    };
    panel.addEventListener("dragover", over(true));
    panel.addEventListener("dragleave", over(false));
    panel.addEventListener("drop", (event) => { over(false)(event); this.sendFiles(event.dataTransfer?.files || []); });
  }

  sendFiles(files) { this.chat.files.send([...files]); }

  applyWords(w) {
    this.label.textContent = w.label;
    this.input.placeholder = w.placeholder;
    for (const [button, name] of [[this.attach, w.attach], [this.sendButton, w.send]]) {
      button.setAttribute("aria-label", name);
      button.title = name;
    }
    this.grow();
  }

  get text() { return this.input.value; }

  set text(text) { this.input.value = text; this.grow(); }

  focus() { this.input.focus({ preventScroll: true }); }

  fits(text = this.input.value) {
    const length = [...text.trim()].length;
    this.say(length > LONGEST ? this.chat.words.tooLong(length, LONGEST) : "");
    return length <= LONGEST;
  }

  say(text) { this.note.hidden = !text; this.note.textContent = text; }

  grow() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight + 2, TALLEST)}px`;
  }
}
