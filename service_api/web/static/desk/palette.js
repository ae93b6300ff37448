// Ctrl-K: go to a conversation or a complaint, or do anything a button of the page does.
const dialog = () => document.getElementById("palette");
const PAUSE = 200; // ms without a further key: what is searched is on record, half a word need not be
let shown = [], chosen = 0, asked = 0;

export function openPalette() {
  const box = dialog();
  if (!box || box.open) return;
  box.showModal();
  const words = document.getElementById("palette-words");
  words.value = "";
  words.oninput = () => look(words.value);
  words.onkeydown = (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") { event.preventDefault(); mark(chosen + (event.key === "ArrowDown" ? 1 : -1)); }
    else if (event.key === "Enter") { event.preventDefault(); shown[chosen]?.go(); }
  };
  box.onclick = (event) => { if (event.target === box) box.close(); };
  look("");
}

function commands(words) {
  const found = [...document.querySelectorAll("[data-command]")].filter((button) => button.offsetParent !== null && !button.disabled && button.dataset.command.toLowerCase().includes(words));
  return found.map((button) => ({ title: button.dataset.command, hint: "", kind: button.dataset.key ?? "", go: () => { dialog().close(); button.click(); } }));
}

async function look(typed) {
  const words = typed.trim().toLowerCase(), turn = ++asked;
  render(commands(words));
  if (words.length < 2 && /^[\x00-\x7f]*$/.test(words)) return;
  await new Promise((go) => setTimeout(go, PAUSE));
  if (turn !== asked) return;
  const answer = await fetch(`/desk/find?q=${encodeURIComponent(typed.trim())}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok || turn !== asked) return;
  const list = document.getElementById("palette-list");
  const hits = (await answer.json()).map((hit) => ({ title: hit.title, hint: hit.hint, kind: list.dataset[hit.kind], go: () => { location.href = hit.address; } }));
  render([...hits, ...commands(words)]);
}

function render(items) {
  const list = document.getElementById("palette-list");
  shown = items;
  list.replaceChildren(...items.map((one, at) => {
    const item = document.createElement("li"), title = document.createElement("strong"), hint = document.createElement("span"), kind = document.createElement("small");
    item.id = `palette-${at}`;
    item.setAttribute("role", "option");
    title.textContent = one.title; hint.textContent = one.hint; kind.textContent = one.kind;
    item.append(title, hint, kind);
    item.addEventListener("click", () => one.go());
    return item;
  }));
  if (!items.length) { const none = document.createElement("li"); none.setAttribute("role", "option"); none.setAttribute("aria-disabled", "true"); none.textContent = list.dataset.none; list.append(none); }
  mark(0);
}

function mark(index) {
  const list = document.getElementById("palette-list");
  chosen = shown.length ? (index + shown.length) % shown.length : 0;
  [...list.children].forEach((item, at) => item.setAttribute("aria-selected", at === chosen));
  const item = list.children[chosen];
  if (item?.id) { document.getElementById("palette-words").setAttribute("aria-activedescendant", item.id); item.scrollIntoView({ block: "nearest" }); }
}
