// Writing an answer: "/" finds ready-made words, "@" a colleague, Enter sends, what was typed is never lost.
// A reply and a note are kept apart: what was written for colleagues must not end up before the customer.
import { listbox } from "./listbox.js";

export function startComposer({ open, csrf, show, onTyping, onSent }) {
  const form = document.getElementById("answer");
  if (!form) return;
  const text = form.querySelector("textarea");
  const trouble = document.getElementById("trouble");
  const key = form.querySelector("[name=key]");
  const draft = (note) => `ting-${note ? "note" : "draft"}-${open}`;
  const choices = listbox(document.getElementById("ready"), text);
  let ready = null, colleagues = null;
  const noting = () => form.querySelector("[name=mode]:checked").value === "note";
  const kept = (note) => sessionStorage.getItem(draft(note)) ?? "";
  let sending = false, writesNote = noting();

  const getReady = async () => (ready ??= await json(`/desk/conversations/${open}/ready`));
  const getColleagues = async () => (colleagues ??= await json("/desk/colleagues"));

  function modeChanged() {
    if (writesNote !== noting()) { keep(); writesNote = noting(); text.value = kept(writesNote); }
    form.classList.toggle("noting", noting());
    text.placeholder = noting() ? text.dataset.note : text.dataset.reply;
    choices.close();
  }

  // The word before the caret that begins with "/" (replies) or "@" (notes), if it is at the start or after a space.
  function word() {
    const before = text.value.slice(0, text.selectionStart);
    const found = before.match(noting() ? /(?:^|\s)@([\w.-]*)$/ : /(?:^|\s)\/([^\s/]*)$/);
    return found ? { typed: found[1].toLowerCase(), from: before.length - found[1].length - 1 } : null;
  }

  async function offer() {
    const asked = word();
    if (!asked) return choices.close();
    const found = noting()
      ? (await getColleagues()).map((one) => ({ title: `@${one.username}`, hint: `${one.name}`, text: `@${one.username} ` }))
      : (await getReady()).filter((one) => one.kind === "reply").map((one) => ({ title: `/${one.shortcut}`, hint: one.text, text: one.text }));
    if (word()?.typed !== asked.typed) return;
    const fit = found.filter((one) => one.title.slice(1).toLowerCase().startsWith(asked.typed) || (asked.typed && one.hint.toLowerCase().includes(asked.typed)));
    choices.show(fit.slice(0, 8), (one) => put(one.text, asked.from));
  }

  function put(words, from = text.selectionStart) {
    text.setRangeText(words, from, text.selectionEnd, "end");
    choices.close();
    text.focus();
    keep();
  }

  function keep() { if (text.value) sessionStorage.setItem(draft(writesNote), text.value); else sessionStorage.removeItem(draft(writesNote)); }

  // What was typed meanwhile, behind the words that were sent or in the other mode, stays.
  function forget(sent, asNote) {
    if (writesNote !== asNote) { sessionStorage.removeItem(draft(asNote)); return; }
    if (text.value.startsWith(sent)) text.value = text.value.slice(sent.length).trimStart();
    keep();
  }

  async function send() {
    if (sending || !text.value.trim()) return;
    sending = true;
    const sent = text.value, asNote = writesNote;
    const body = new URLSearchParams(new FormData(form));
    const button = form.querySelector(".write button");
    button.disabled = true; trouble.hidden = true;
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } });
      if (!answer.ok) throw new Error((await answer.json().catch(() => ({}))).title ?? answer.status);
      forget(sent, asNote); onSent();
      key.value = `${Date.now()}-${Math.random()}`;
      show(await answer.text());
      document.getElementById("lines").scrollTop = document.getElementById("lines").scrollHeight;
    } catch (error) {
      trouble.textContent = `${trouble.dataset.words} ${error.message}`; trouble.hidden = false;
    } finally { sending = button.disabled = false; text.focus(); }
  }

  text.addEventListener("input", () => { keep(); if (!noting()) onTyping(); offer(); });
  text.addEventListener("keydown", (event) => {
    if (event.isComposing || choices.key(event)) return;
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); form.requestSubmit(); }
    else if (event.key === "Escape") text.blur();
  });
  text.addEventListener("blur", () => setTimeout(choices.close, 150));
  form.addEventListener("change", (event) => { if (event.target.name === "mode") { modeChanged(); text.focus(); } });
  form.addEventListener("submit", (event) => { event.preventDefault(); send(); });
  document.getElementById("open-ready")?.addEventListener("click", () => {
    if (!/(^|\s)$/.test(text.value.slice(0, text.selectionStart))) put(" ");
    put("/"); offer();
  });
  document.addEventListener("click", (event) => {
    const insert = event.target.closest("[data-insert]");
    if (!insert) return;
    const reply = form.querySelector("[value=reply]");
    if (reply) { reply.checked = true; modeChanged(); }
    location.hash === "#customer" && (location.hash = "#talk");
    put((text.value && !/\s$/.test(text.value.slice(0, text.selectionStart)) ? "\n" : "") + insert.dataset.insert);
  });
  const files = document.querySelector("#send-file form");
  files?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = files.querySelector("button"), wrong = files.querySelector(".trouble");
    button.disabled = true; wrong.hidden = true;
    try {
      const answer = await fetch(files.action, { method: "POST", body: new FormData(files), headers: { "HX-Request": "true" } });
      if (!answer.ok) {
        const problem = await answer.json().catch(() => ({}));
        const name = (problem.type ?? "").split("/").pop();
        wrong.textContent = JSON.parse(files.dataset.problems)[name] ?? `${trouble.dataset.words} ${problem.title ?? answer.status}`;
        wrong.hidden = false;
        return;
      }
      show(await answer.text());
      files.reset(); document.getElementById("send-file").hidePopover(); onSent();
      document.getElementById("lines").scrollTop = document.getElementById("lines").scrollHeight;
    } catch (error) {
      wrong.textContent = `${trouble.dataset.words} ${error.message}`; wrong.hidden = false;
    } finally { button.disabled = false; }
  });
  document.getElementById("macros")?.addEventListener("toggle", async (event) => {
    if (event.newState !== "open") return;
    const menu = event.target, list = menu.querySelector("ul"), run = menu.querySelector("form");
    list.replaceChildren(...(await getReady()).filter((one) => one.kind === "macro").map((one) => {
      const item = document.createElement("li"), button = document.createElement("button"), hint = document.createElement("small");
      button.textContent = `${one.shortcut} ${one.does.join(" · ")}`;
      hint.textContent = one.text;
      button.append(hint);
      button.addEventListener("click", () => { run.action = run.dataset.action + one.id; run.requestSubmit(); });
      item.append(button);
      return item;
    }));
    list.querySelector("button")?.focus();
  });
  if (!kept(false) && kept(true)) form.querySelector("[value=note]").checked = true;
  writesNote = noting();
  text.value ||= kept(writesNote);
  modeChanged();
}

async function json(address) {
  const answer = await fetch(address, { headers: { "HX-Request": "true" } });
  return answer.ok ? answer.json() : [];
}
