// Small comforts of the staff pages; every form also works without them.
document.addEventListener("htmx:afterSettle", (event) => {
  const lines = event.target.closest?.(".lines") || (event.target.classList?.contains("lines") && event.target);
  if (lines) lines.scrollTop = lines.scrollHeight;
});
document.addEventListener("DOMContentLoaded", () => {
  for (const lines of document.querySelectorAll(".lines")) lines.scrollTop = lines.scrollHeight;
});
// Ctrl+Enter or Enter sends an answer; Shift+Enter breaks the line.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  if (event.target.matches?.(".answer textarea")) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful && event.target.matches?.("form.answer")) event.target.reset();
});
