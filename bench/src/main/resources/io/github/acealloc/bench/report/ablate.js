/* What each part is worth: ratios to ACE as it is, as a table and as bars. */
const parts = data.settings.map(s => s.label).filter(label => label !== data.reference);
const JUDGED = {"-1": "lost", 0: "", 1: "won"};
const BARS = {time: "#3b5bdb", memory: "#c2935a"};

function ratios() {
  for (const cost of ["time", "memory"]) {
    const box = document.getElementById("ratios");
    box.append(element("h3", "", cost[0].toUpperCase() + cost.slice(1)));
    const table = box.appendChild(element("table"));
    row(table, "th", ["workload", data.reference, ...parts]);
    for (const cell of data.cells) {
      const of = label => cell.points.find(p => p.label === label);
      const reference = of(data.reference);
      const tds = row(table, "td", [cell.title, reference ? `${number(reference[cost].median)} ${cell[cost].unit}` : "–"]);
      tds[1].className = "ace";
      for (const label of parts) {
        const p = of(label);
        const ratio = p && p[cost + "Ratio"];
        const td = tds[0].parentNode.appendChild(element("td", p ? JUDGED[p[cost + "Difference"]] : "failed"));
        td.append(p ? ratio ? number(ratio.median) : "–" : "FAILED");
        if (ratio && ratio.rounds > 1) td.append(element("small", "", `${number(ratio.low)}–${number(ratio.high)}`));
      }
    }
  }
}

/* Draws the intervals, the line at 1, and the values of bars that are cut off. */
const whiskers = {
  id: "whiskers",
  afterDatasetsDraw(chart) {
    const {ctx, chartArea: a, scales: {x}} = chart;
    const one = x.getPixelForValue(1);
    const labels = [];
    ctx.save();
    ctx.strokeStyle = "#1f2933";
    ctx.beginPath();
    ctx.moveTo(one, a.top);
    ctx.lineTo(one, a.bottom);
    chart.data.datasets.forEach((set, s) => chart.getDatasetMeta(s).data.forEach((bar, i) => {
      const v = set.values[i];
      if (!v) return;
      const end = Math.min(v.high, x.max);
      if (v.rounds > 1) {
        ctx.moveTo(x.getPixelForValue(Math.max(v.low, x.min)), bar.y);
        ctx.lineTo(x.getPixelForValue(end), bar.y);
      }
      ctx.font = "9.5px sans-serif";
      const cut = v.median > x.max;
      const text = number(v.median) + (cut ? " →" : "");
      const right = Math.max(x.getPixelForValue(Math.max(end, 1)) + 4, one + 4);
      const w = ctx.measureText(text).width;
      labels.push([text, Math.min(right, a.right - w - 3), bar.y]);
    }));
    ctx.stroke();
    ctx.textBaseline = "middle";
    ctx.fillStyle = "#1f2933";
    ctx.strokeStyle = "#fff";
    ctx.lineWidth = 3;
    for (const [text, left, middle] of labels) {
      ctx.strokeText(text, left, middle);
      ctx.fillText(text, left, middle);
    }
    ctx.restore();
  },
};

function bars(cell) {
  const points = parts.map(label => cell.points.find(p => p.label === label));
  const highs = points.flatMap(p => p ? [p.timeRatio, p.memoryRatio] : []).filter(v => v).map(v => v.median);
  const box = document.getElementById("charts").appendChild(element("div", "plot picture tall"));
  box.append(element("h3", "", cell.title));
  const set = cost => ({
    label: cell[cost].name,
    values: points.map(p => p && p[cost + "Ratio"]),
    data: points.map(p => p && p[cost + "Ratio"] ? [1, p[cost + "Ratio"].median] : null),
    backgroundColor: BARS[cost],
    categoryPercentage: 0.8,
    barPercentage: 0.95,
  });
  new Chart(box.appendChild(element("div", "box")).appendChild(element("canvas")), {
    type: "bar",
    plugins: [whiskers],
    data: {labels: parts, datasets: [set("time"), set("memory")]},
    options: {
      indexAxis: "y",
      animation: false,
      maintainAspectRatio: false,
      plugins: {
        legend: {position: "top", align: "end", labels: {boxWidth: 10, font: {size: 11}}},
        tooltip: {callbacks: {label: item => ` ${item.dataset.label}: ${withInterval(item.dataset.values[item.dataIndex])} ×`}},
      },
      scales: {
        x: {min: Math.max(0, Math.min(0.9, ...highs) - 0.1), max: Math.min(3, Math.max(1.15, ...highs) * 1.1),
          grid: {color: "#eef1f4"}, ticks: {maxTicksLimit: 7, includeBounds: false, font: {size: 10}}},
        y: {grid: {display: false}, ticks: {font: {size: 11}}},
      },
    },
  });
}

ratios();
data.cells.forEach(bars);
