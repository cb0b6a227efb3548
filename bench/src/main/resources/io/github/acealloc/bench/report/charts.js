/* Small multiples: one plot for each workload and setting, one group of bars for each cell; and curves. */
const SECTIONS = [
  ["http", "HTTP server", ["throughput", "p50", "p99", "p99.9", "rss", "garbage"]],
  ["micro", "Time", ["time"]],
  ["micro", "Resident memory", ["rss"]],
  ["micro", "Garbage", ["garbage"]],
];

/* Draws the intervals and the numbers. */
const whiskers = {
  id: "whiskers",
  afterDatasetsDraw(chart) {
    const {ctx, scales: {y}, chartArea} = chart;
    ctx.save();
    ctx.textAlign = "center";
    chart.data.datasets.forEach((set, s) => chart.getDatasetMeta(s).data.forEach((bar, i) => {
      const value = set.values[i];
      if (!value) return;
      const top = y.getPixelForValue(Math.min(value.high, y.max));
      if (value.rounds > 1 && value.median <= y.max) {
        ctx.strokeStyle = "#1f2933";
        ctx.lineWidth = 1;
        ctx.beginPath();
        ctx.moveTo(bar.x, y.getPixelForValue(value.low));
        ctx.lineTo(bar.x, top);
        ctx.stroke();
      }
      const cut = value.median > y.max;
      if (bar.width >= 17 || set.label === "ACE" || cut) {
        ctx.fillStyle = set.label === "ACE" ? COLOURS.ACE : "#52606d";
        ctx.font = (set.label === "ACE" ? "bold " : "") + "9.5px sans-serif";
        const text = number(value.median) + (cut ? " ↑" : "");
        const above = Math.max(top - 4, chartArea.top + 8);
        ctx.strokeStyle = "#fff";
        ctx.lineWidth = 3;
        ctx.strokeText(text, bar.x, above);
        ctx.fillText(text, bar.x, above);
      }
    }));
    ctx.restore();
  },
};

/* Far rivals must not flatten the rest: the axis ends above the second-worst allocator. */
function axisEnd(cells, name) {
  let end = 0;
  let highest = 0;
  for (const cell of cells) {
    const medians = Object.values(cell.values[name] || {}).map(v => v.median).sort((a, b) => a - b);
    highest = Math.max(highest, ...medians);
    const ace = cell.values[name]?.ACE?.high || 0;
    end = Math.max(end, ace, medians.length > 2 ? medians[medians.length - 2] : medians[medians.length - 1] || 0);
  }
  if (name === "garbage") end = Math.max(end, 1); // less than a byte is nothing to zoom into
  return (highest < 2 * end ? Math.max(highest, end) : 1.25 * end) * 1.15;
}

const axisNumber = x => x >= 10000 ? x / 1000 + "k" : x.toLocaleString("en", {maximumFractionDigits: 3});

function plot(grid, title, cells, labels, name) {
  const m = metric(name);
  const counts = tally(cells, name);
  const box = grid.appendChild(element("div", "plot " + worst(counts) + (cells.length > 4 ? " wide" : "")));
  const text = tallyText(counts);
  if (text) box.append(element("span", "badge " + worst(counts), text));
  box.append(element("h3", "", `${title} [${m.unit}]`));
  const canvas = box.appendChild(element("div", "box")).appendChild(element("canvas"));
  new Chart(canvas, {
    type: "bar",
    plugins: [whiskers],
    data: {
      labels,
      datasets: data.allocators.map(a => ({
        label: a,
        values: cells.map(c => c.values[name]?.[a]),
        data: cells.map(c => c.values[name]?.[a]?.median),
        backgroundColor: COLOURS[a],
        borderRadius: 2,
        categoryPercentage: 0.82,
        barPercentage: 0.96,
      })),
    },
    options: {
      animation: false,
      maintainAspectRatio: false,
      layout: {padding: {top: 12}},
      plugins: {
        legend: {display: false},
        tooltip: {callbacks: {label: item => {
          const v = item.dataset.values[item.dataIndex];
          return ` ${item.dataset.label}: ${number(v.median)}${interval(v)} ${m.unit}`;
        }}},
      },
      scales: {
        x: {grid: {display: false}, ticks: {maxRotation: 30, font: {size: 11}, color: tick => {
          const verdict = cells[tick.index]?.verdicts[name];
          return verdict && verdict.outcome === "lost" ? "#c92a2a" : "#52606d";
        }}},
        y: {beginAtZero: true, max: axisEnd(cells, name) || 1, grid: {color: "#eef1f4"},
          ticks: {maxTicksLimit: 6, includeBounds: false, callback: axisNumber, font: {size: 10}}},
      },
    },
  });
}

/* The plot a cell belongs to: one for each setting but the number of live buffers, one for each scale of access. */
function heading(cell) {
  const {live, operation} = cell.parameters;
  if (live !== undefined) return cell.workload + ": " + words(cell, ["live"]);
  if (operation !== undefined) return cell.workload + (["array", "buffer"].includes(operation) ? ": KiB" : ": values");
  return cell.workload;
}

function groups(cells) {
  const result = new Map();
  for (const cell of cells) {
    const title = heading(cell);
    if (!result.has(title)) result.set(title, []);
    result.get(title).push(cell);
  }
  return result;
}

function label(cell, cells) {
  if (cell.parameters.live !== undefined) return cell.parameters.live + " live";
  const same = Object.keys(cell.parameters).filter(p => cells.length > 1
    && cells.every(c => c.parameters[p] === cell.parameters[p]));
  return words(cell, same).split(", ");
}

/* The grid of a new section of plots. */
function section(title, text) {
  const added = document.getElementById("charts").appendChild(element("section"));
  added.append(element("h2", "", title), element("p", "", text));
  return added.appendChild(element("div", "grid"));
}

/* How one quantity went in the first round, a line for each allocator. */
function curve(grid, cell) {
  const names = data.allocators.filter(a => cell.curves[a]);
  if (!names.length) return;
  const first = cell.curves[names[0]];
  const box = grid.appendChild(element("div", "plot wide"));
  box.append(element("h3", "", first.y));
  new Chart(box.appendChild(element("div", "box")).appendChild(element("canvas")), {
    type: "line",
    data: {datasets: names.map(a => ({label: a, data: cell.curves[a].points, borderColor: COLOURS[a],
      backgroundColor: COLOURS[a], borderWidth: a === "ACE" ? 2.5 : 1.5, order: a === "ACE" ? 0 : 1, pointRadius: 0}))},
    options: {
      animation: false,
      maintainAspectRatio: false,
      interaction: {mode: "nearest", axis: "x", intersect: false},
      plugins: {legend: {display: false}},
      scales: {
        x: {type: "linear", title: {display: true, text: first.x}, grid: {display: false}, ticks: {font: {size: 10}}},
        y: {beginAtZero: true, grid: {color: "#eef1f4"}, ticks: {maxTicksLimit: 6, callback: axisNumber, font: {size: 10}}},
      },
    },
  });
}

for (const [kind, title, metrics] of SECTIONS) {
  const shown = data.cells.filter(c => c.family === kind).filter(c => metrics.some(m => c.values[m]));
  if (!shown.length) continue;
  const rate = shown[0].values.rate?.ACE;
  const grid = section(title, kind === "http"
    ? "Throughput: more is better. Everything else: less is better."
      + (rate ? ` Latencies at a constant ${rate.median.toLocaleString("en")} requests per second.` : "")
    : "Less is better. A red edge marks a plot, a red label a cell, that ACE lost.");
  for (const name of metrics) {
    for (const [group, cells] of groups(shown.filter(c => c.values[name]))) {
      plot(grid, kind === "http" ? name : group, cells, cells.map(c => label(c, cells)), name);
    }
  }
}

for (const cell of data.cells.filter(c => c.family === "memory")) {
  const grid = section(cell.title, cell.summary[0].toUpperCase() + cell.summary.slice(1) + ". Less is better.");
  curve(grid, cell);
  for (const m of compared.filter(m => cell.values[m.name])) plot(grid, m.name, [cell], [""], m.name);
}
