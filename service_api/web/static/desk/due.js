// Countdowns to the reply that is due: green, then amber in the last minute, then red and counting up.
const loadedAt = performance.now();

export function countDown(desk) {
  const now = Number(desk.dataset.now) + (performance.now() - loadedAt) / 1000;
  for (const due of desk.querySelectorAll("[data-due]")) {
    const left = Math.round(Number(due.dataset.due) - now);
    due.textContent = (left < 0 ? "+" : "") + written(Math.abs(left));
    due.classList.toggle("late", left < 0);
    due.classList.toggle("soon", left >= 0 && left <= 60);
  }
}

function written(seconds) {
  if (seconds >= 86400) return `${Math.floor(seconds / 86400)}d`;
  if (seconds >= 3600) return `${Math.floor(seconds / 3600)}h${String(Math.floor((seconds % 3600) / 60)).padStart(2, "0")}`;
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
