// Files: chosen, dropped or pasted, sent with progress, shown as a small picture or as a card.
import { element, icon, newId, sizeOf } from "./dom.js";
import { problemOf } from "./transport.js";
import { problemWords } from "./words.js";

const LARGEST = 10 * 1024 * 1024;
const TYPES = ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain", "text/csv"];
const ENDINGS = { "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp" };
const THUMB = 480;
export const ACCEPT = ".png,.jpg,.jpeg,.gif,.webp,.pdf,.txt,.csv,.log";

export class Files {
  // chat: words, say(text), rows, toEnd(); transport: call(), token
  constructor(chat, transport) {
    this.chat = chat;
    this.transport = transport;
    this.kept = new Map();
    this.sending = new Map();
  }

  send(files) { for (const file of files) this.sendOne(file); }

  sendOne(file) {
    const w = this.chat.words;
    if (file.size > LARGEST) { this.chat.say(w.tooLarge); return; }
    if (file.type && !TYPES.includes(file.type)) { this.chat.say(w.wrongType); return; }
    const client_id = newId();
    const name = file.name || `picture.${ENDINGS[file.type] || "png"}`;
    const bar = element("progress", { max: "100", value: "0", "aria-label": w.upload(name) });
    const stop = element("button", { type: "button", class: "stop", "aria-label": `${w.cancel} ${name}` }, icon("close"));
    const card = element("div", { class: "file" }, icon("file"), element("span", { class: "file-name" }, name, element("small", {}, sizeOf(file.size))), stop, bar);
    stop.addEventListener("click", () => { this.sending.get(client_id)?.request?.abort(); this.sending.delete(client_id); this.chat.rows.remove(client_id); });
    this.chat.rows.add({ author: "customer", text: name, client_id, upload: card });
    this.sending.set(client_id, { file, name, bar });
    this.chat.say("");
    this.chat.toEnd();
    this.upload(client_id);
  }

  // With XMLHttpRequest, since only it tells how much has gone out.
  upload(client_id) {
    const { file, name, bar } = this.sending.get(client_id);
    const request = new XMLHttpRequest();
    this.sending.get(client_id).request = request;
    this.chat.rows.deliver(client_id, "sending");
    bar.value = 0;
    bar.hidden = false;
    request.open("POST", `${this.transport.base}/chat/files`);
    request.setRequestHeader("Authorization", `Bearer ${this.transport.token}`);
    request.setRequestHeader("Content-Type", file.type || "application/octet-stream");
    request.setRequestHeader("X-Client-Id", client_id);
    request.setRequestHeader("X-File-Name", encodeURIComponent(name));
    request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total; });
    request.addEventListener("load", () => this.answered(client_id, request));
    request.addEventListener("error", () => this.failed(client_id));
    request.send(file);
  }

  answered(client_id, request) {
    if (request.status < 300) {
      this.sending.delete(client_id);
      this.chat.rows.deliver(client_id, "sent");
      this.transport.fetchNew().catch(() => {});
    } else if (request.status >= 400 && request.status < 500 && request.status !== 401) {
      this.sending.delete(client_id);
      this.chat.rows.remove(client_id);
      let problem = {};
      try { problem = JSON.parse(request.responseText); } catch (error) { /* not ours */ }
      this.chat.say(problemWords(this.chat.words, problem));
    } else this.failed(client_id);
  }

  failed(client_id) {
    if (this.sending.has(client_id)) this.sending.get(client_id).bar.hidden = true;
    this.chat.rows.deliver(client_id, "failed");
  }

  retry(client_id) {
    if (!this.sending.has(client_id)) return false;
    this.upload(client_id);
    return true;
  }

  view(file) { return file.media_type.startsWith("image/") ? this.picture(file) : this.card(file); }

  card(file) {
    const w = this.chat.words;
    const button = element("button", { type: "button", class: "file", "aria-label": w.download(file.name) },
      icon("file"), element("span", { class: "file-name" }, file.name, element("small", {}, sizeOf(file.size))), icon("down"));
    button.addEventListener("click", () => this.save(file));
    return button;
  }

  // Drawn on a canvas: no address of ours in the host's page, and nothing in the file can run.
  picture(file) {
    const button = element("button", { type: "button", class: "picture", "aria-label": this.chat.words.picture(file.name) });
    button.addEventListener("click", () => this.enlarge(file));
    const look = new IntersectionObserver(async ([seen]) => {
      if (!seen.isIntersecting) return;
      look.disconnect();
      const near = this.chat.nearEnd();
      button.replaceChildren(await this.drawn(file, THUMB).catch(() => element("span", { class: "file-name" }, this.chat.words.notLoaded)));
      if (near) this.chat.toEnd();
    });
    look.observe(button);
    return button;
  }

  async drawn(file, widest) {
    const picture = await createImageBitmap(await this.content(file));
    const share = Math.min(1, widest / Math.max(picture.width, picture.height));
    const canvas = element("canvas", { width: String(Math.max(1, Math.round(picture.width * share))), height: String(Math.max(1, Math.round(picture.height * share))) });
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return canvas;
  }

  async enlarge(file) {
    const canvas = await this.drawn(file, 2400).catch(() => null);
    if (!canvas) return;
    const close = element("button", { type: "button", class: "tool", "aria-label": this.chat.words.close }, icon("close"));
    const save = element("button", { type: "button", class: "tool" }, this.chat.words.download(""));
    const box = element("dialog", { class: "enlarged", "aria-label": file.name }, element("div", { class: "enlarged-bar" }, element("span", {}, file.name), save, close), canvas);
    save.addEventListener("click", () => this.save(file));
    close.addEventListener("click", () => box.close());
    box.addEventListener("click", (event) => { if (event.target === box) box.close(); });
    box.addEventListener("keydown", (event) => event.stopPropagation());
    box.addEventListener("close", () => box.remove());
    this.chat.frame.append(box);
    box.showModal();
  }

  async save(file) {
    const address = URL.createObjectURL(await this.content(file));
    const link = element("a", { href: address, download: file.name, hidden: true });
    this.chat.frame.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  }

  async content(file) {
    if (!this.kept.has(file.id)) {
      const answer = await this.transport.call(`/chat/files/${file.id}`);
      if (!answer.ok) throw new Error((await problemOf(answer)).title);
      this.kept.set(file.id, await answer.blob());
    }
    return this.kept.get(file.id);
  }
}
