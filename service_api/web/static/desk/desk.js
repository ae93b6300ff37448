// The desk's live pages: asks what has changed and fetches only that; without it every form still works.
import { countDown } from "./due.js";
import { startComposer } from "./composer.js";

const desk = document.querySelector("[data-desk]");
const lines = document.getElementById("lines");
const open = desk.dataset.open;
const EVERY = 1500, HIDDEN_EVERY = 6000;
const arrivalWords = lines ? JSON.parse(lines.dataset.arrivals) : {};
let head = desk.dataset.head, fetching = null, typingUntil = 0;

const csrf = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRF-Token"];
const tell = (id, event) => { const element = document.getElementById(id); if (element) htmx.trigger(element, event); };
const atEnd = () => lines.scrollHeight - lines.scrollTop - lines.clientHeight < 80;
const lastSeq = () => Math.max(0, ...[...lines.querySelectorAll("[id^=line-]")].map((line) => Number(line.dataset.seq)));
const lastNote = () => Math.max(0, ...[...lines.querySelectorAll("[id^=note-]")].map((line) => Number(line.id.slice(5))));

function show(html) {
  const stays = !atEnd();
  const fresh = document.createElement("template");
  fresh.innerHTML = html;
  let customer = false;
  for (const line of [...fresh.content.children]) {
    if (document.getElementById(line.id)) continue;
    customer ||= line.classList.contains("customer");
    lines.append(line);
  }
  if (!stays) lines.scrollTop = lines.scrollHeight;
  if (customer) tell("suggestions", "ting-suggest");
}

// One request at a time: two that overlap would show a line twice or out of order.
function fetchLines() {
  fetching ??= fetch(`/desk/conversations/${open}/lines?after=${lastSeq()}&note=${lastNote()}`, { headers: { "HX-Request": "true" } })
    .then(async (answer) => { if (answer.ok) show(await answer.text()); })
    .finally(() => { fetching = null; });
  return fetching;
}

async function look() {
  const asked = new URLSearchParams();
  if (open) {
    asked.set("open", open);
    asked.set("typing", Date.now() < typingUntil);
    asked.set("read", document.hidden ? 0 : lastSeq());
  }
  const answer = await fetch(`/desk/live?${asked}`, { headers: { "HX-Request": "true" } });
  if (answer.status === 401) { location.href = `/login?next=${encodeURIComponent(location.pathname)}`; return; }
  if (!answer.ok) return;
  const now = await answer.json();
  // A menu that is open, or a choice being made, is not swept away under somebody's hand.
  const busy = document.activeElement?.matches(".status select");
  const shown = document.querySelector("#queues [data-mark]")?.dataset.mark;
  if (shown !== now.queues && !busy) tell("queues", "ting-queues");
  document.title = now.waiting ? `(${now.waiting}) ${title}` : title;
  if (now.talk) {
    if (now.talk.last_seq > lastSeq() || now.talk.last_note > lastNote()) await fetchLines();
    if (head !== now.talk.head) { head = now.talk.head; tell("talk", "ting-head"); refreshFacts(); }
    document.getElementById("typing").hidden = !now.talk.typing;
    for (const [seq, arrival] of Object.entries(now.talk.arrivals)) {
      const shown = document.querySelector(`#line-${seq} .arrival`);
      if (shown) { shown.className = `arrival ${arrival}`; shown.textContent = ` · ${arrivalWords[arrival]}`; }
    }
    for (const line of lines.querySelectorAll(".line.agent")) line.querySelector(".read").hidden = Number(line.dataset.seq) > now.talk.read_seq;
  }
}

function refreshFacts() {
  const facts = document.getElementById("customer-facts");
  if (!facts.contains(document.activeElement) && !facts.querySelector(".reveal[open]")) tell("customer-facts", "ting-facts");
}

const title = document.title;

async function goOn() {
  try { await look(); } catch { /* the line is down; the next look tries again */ }
  setTimeout(goOn, document.hidden ? HIDDEN_EVERY : EVERY);
}

document.addEventListener("visibilitychange", () => { if (!document.hidden) look().catch(() => {}); });
// The right to act has changed hands (a colleague took it, it was returned): the page must show the other form.
document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id === "talk" && open) {
    const mine = Boolean(event.target.querySelector("[popovertarget=give-back]"));
    if (mine !== (desk.dataset.mine === "yes")) location.reload();
  }
  if (event.target.id === "queues") countDown(desk);
});

if (lines) {
  lines.scrollTop = lines.scrollHeight;
  for (const picture of lines.querySelectorAll("img")) picture.addEventListener("load", () => { lines.scrollTop = lines.scrollHeight; });
}
startComposer({ open, csrf, show, onTyping: () => { typingUntil = Date.now() + 4000; }, onSent: () => { typingUntil = 0; } });
countDown(desk);
setInterval(() => countDown(desk), 1000);
goOn();
