// Single-key shortcuts, outside of text fields; they can be switched off in the help sheet (WCAG 2.1.4).
import { openPalette } from "./palette.js";

const OFF = "ting-keys-off";
const typing = (element) => element?.matches?.("input:not([type=radio]):not([type=checkbox]), textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") { event.preventDefault(); openPalette(); return; }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || typing(event.target)) return;
  if (document.querySelector("dialog[open]") || document.querySelector("[popover]:popover-open")) return;
  if (localStorage.getItem(OFF) && event.key !== "?") return;
  if (press(event.key)) event.preventDefault();
});

function press(key) {
  if (key === "?") return sheet();
  if (key === "j" || key === "k") return step(key === "j" ? 1 : -1);
  if (key === "r" || key === "i" || key === "/") return write(key);
  if (key === "s") return focus(".search-form input");
  const button = document.querySelector(`[data-key="${CSS.escape(key)}"]:not(:disabled)`);
  button?.click();
  return Boolean(button);
}

function sheet() {
  const dialog = document.getElementById("keys");
  if (!dialog) return false;
  const on = document.getElementById("keys-on");
  on.checked = !localStorage.getItem(OFF);
  on.onchange = () => { if (on.checked) localStorage.removeItem(OFF); else localStorage.setItem(OFF, "1"); };
  dialog.showModal();
  return true;
}

function step(by) {
  const links = [...document.querySelectorAll(".lists .list a, .table tbody td:first-child a")];
  if (!links.length) return false;
  const at = links.indexOf(document.activeElement);
  const from = at >= 0 ? at : links.findIndex((link) => link.getAttribute("aria-current"));
  links[Math.min(Math.max(from + by, 0), links.length - 1)].focus();
  return true;
}

function write(key) {
  const form = document.getElementById("answer");
  if (!form) return false;
  const mode = form.querySelector(`[name=mode][value=${key === "i" ? "note" : "reply"}]`);
  if (!mode) return false;
  mode.checked = true;
  mode.dispatchEvent(new Event("change", { bubbles: true }));
  if (key === "/") document.getElementById("open-ready")?.click();
  return true;
}

function focus(selector) {
  const field = document.querySelector(selector);
  field?.focus();
  return Boolean(field);
}
