// Draws the charts of the report from the numbers beside them; a click on a bar opens its cases.
document.addEventListener("DOMContentLoaded", () => {
  const style = getComputedStyle(document.documentElement);
  const colour = (name) => style.getPropertyValue(`--${name}`).trim();
  const ink = colour("ink");
  const palettes = {
    lines: [colour("deep"), colour("soon"), colour("soft")],
    stacked: [colour("good"), colour("late"), colour("soon")],
    bars: [colour("deep")],
  };
  Chart.defaults.color = colour("soft");
  Chart.defaults.borderColor = colour("line");
  Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
  Chart.defaults.animation = false;

  for (const holder of document.querySelectorAll(".chart")) {
    const data = JSON.parse(holder.dataset.chart);
    const lines = data.kind === "lines";
    const across = data.kind === "stacked";
    const datasets = data.series.map((label, i) => ({
      label,
      data: data.numbers.map((row) => row[i]),
      backgroundColor: palettes[data.kind][i],
      borderColor: palettes[data.kind][i],
      borderWidth: lines ? 2 : 0,
      // Told apart without colour, too.
      borderDash: [[], [6, 4], [2, 3]][lines ? i : 0],
      pointStyle: ["circle", "rect", "triangle"][lines ? i : 0],
      pointRadius: lines && data.labels.length > 40 ? 0 : 3,
      maxBarThickness: 26,
      borderRadius: 3,
    }));
    const counts = { beginAtZero: true, stacked: across, ticks: { precision: 0 } };
    const names = { stacked: across, grid: { display: false }, ticks: { color: ink, autoSkip: !across } };
    new Chart(holder.querySelector("canvas"), {
      type: lines ? "line" : "bar",
      data: { labels: data.labels, datasets },
      options: {
        indexAxis: across ? "y" : "x",
        maintainAspectRatio: false,
        interaction: { mode: "index", axis: across ? "y" : "x", intersect: false },
        scales: across ? { x: counts, y: names } : { x: names, y: counts },
        plugins: { legend: { display: data.series.length > 1, position: "bottom", labels: { boxWidth: 12, boxHeight: lines ? 8 : undefined, usePointStyle: lines } } },
        onClick: (_event, found) => {
          const link = found.length && data.links[found[0].index];
          if (link) location.assign(link);
        },
        onHover: (event, found) => {
          event.native.target.style.cursor = found.length && data.links[found[0].index] ? "pointer" : "default";
        },
      },
    });
  }
});
