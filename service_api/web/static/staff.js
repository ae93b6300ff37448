// Small comforts of the staff pages; every form also works without them.
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
});

// A form is sent once: a second press while its answer is on the way would do everything twice.
const SENT_FOR = 5000; // ms, then somebody may try again
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  setTimeout(() => { delete form.dataset.sent; }, SENT_FOR);
});
addEventListener("pageshow", () => { for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent; });

// A list that reloads by itself waits while lines are ticked; one box ticks them all.
document.addEventListener("htmx:beforeRequest", (event) => {
  const list = event.target.closest?.("[data-keep-ticks]");
  if (list === event.target && list.querySelector("input[name=number]:checked")) event.preventDefault();
});
document.addEventListener("change", (event) => {
  if (!event.target.matches?.("[data-tick-all]")) return;
  for (const box of event.target.form.querySelectorAll("input[name=number]")) box.checked = event.target.checked;
});
document.addEventListener("change", (event) => {
  const told = event.target.form?.querySelector("[data-ticked]");
  if (!told) return;
  const count = event.target.form.querySelectorAll("input[name=number]:checked").length;
  told.hidden = !count;
  told.textContent = told.dataset.words.replace("{count}", count);
});

// On a narrow screen the line of tabs begins where one is.
for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
  tab.parentElement.scrollLeft = tab.offsetLeft - (tab.parentElement.clientWidth - tab.offsetWidth) / 2;
}
