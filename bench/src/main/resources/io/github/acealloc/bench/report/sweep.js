/* ACE against fixed settings: verdicts, and for each workload a picture of time over memory. */
const BIG = {learn: "#3b5bdb", off: "#e8590c"};
const FRONT = "#2b8a3e";
const FIXED = "#adb5bd";
const GOALS = {met: "won", "within noise": "level", MISSED: "lost"};

function verdicts() {
  const table = document.getElementById("verdicts");
  row(table, "th", ["workload", "ACE", "fastest fixed", "ACE's speed", "ACE's memory", "dominated by"]);
  for (const cell of data.cells) {
    for (const v of cell.verdicts) {
      const tds = row(table, "td", [cell.title, v.who, v.best,
        withInterval(v.speed) + (v.speed ? " ×" : ""), withInterval(v.memory) + (v.memory ? " ×" : ""),
        v.dominatedBy.join(", ") || "none"]);
      tds[3].className = GOALS[v.speedGoal] || "";
      tds[4].className = GOALS[v.memoryGoal] || "";
      tds[5].className = v.dominatedBy.length ? "lost" : "";
      tds[1].style.cssText = `color:${BIG[v.who]};font-weight:650`;
    }
  }
}

/* Room around the points: a tenth of what they span, and never so little that noise fills the picture. */
function range(values) {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const room = Math.max((high - low) * 0.12, high * 0.06);
  return {min: Math.max(0, low - room), max: high + room};
}

/* What takes more than twice the time of ACE and of most fixed settings must not flatten the rest. */
function slowest(cell) {
  const times = cell.points.map(p => p.time.median).sort((p, q) => p - q);
  const ace = cell.points.filter(p => BIG[p.label]).map(p => p.time.high);
  return 2 * Math.max(...ace, times[times.length >> 1]);
}

/* Draws where both goals are met, under everything else. */
const goals = cell => ({
  id: "goals",
  beforeDatasetsDraw(chart) {
    const best = cell.points.find(p => cell.verdicts.length && p.label === cell.verdicts[0].best);
    if (!best) return;
    const {ctx, chartArea: a, scales: {x, y}} = chart;
    const right = Math.min(x.getPixelForValue(best.memory.median * 1.1), a.right);
    const top = Math.max(y.getPixelForValue(best.time.median / 0.95), a.top);
    ctx.save();
    ctx.fillStyle = "#ebfbee";
    ctx.fillRect(a.left, top, right - a.left, a.bottom - top);
    ctx.restore();
  },
});

/* Draws intervals, and names where there is room for them; ACE's are always there. */
const names = {
  id: "names",
  afterDatasetsDraw(chart) {
    const {ctx, chartArea: a, scales: {x, y}} = chart;
    const taken = [];
    ctx.save();
    ctx.beginPath();
    ctx.rect(a.left, a.top, a.right - a.left, a.bottom - a.top);
    ctx.clip();
    const points = chart.data.datasets.flatMap(set => set.points || []);
    const across = p => x.getPixelForValue(p.memory.median);
    const down = p => Math.max(y.getPixelForValue(p.time.median), a.top + 5);
    points.forEach(p => {
      ctx.strokeStyle = BIG[p.label] || "#ced4da";
      ctx.beginPath();
      ctx.moveTo(x.getPixelForValue(p.memory.low), y.getPixelForValue(p.time.median));
      ctx.lineTo(x.getPixelForValue(p.memory.high), y.getPixelForValue(p.time.median));
      ctx.moveTo(x.getPixelForValue(p.memory.median), y.getPixelForValue(p.time.low));
      ctx.lineTo(x.getPixelForValue(p.memory.median), y.getPixelForValue(p.time.high));
      ctx.stroke();
      const r = BIG[p.label] ? 8 : 4;
      const px = across(p);
      const py = down(p);
      taken.push([px - r, py - r, px + r, py + r]);
    });
    const important = p => BIG[p.label] ? 0 : p.front ? 1 : 2;
    [...points].sort((p, q) => important(p) - important(q)).forEach(p => {
      ctx.font = (BIG[p.label] ? "bold 12px" : "10px") + " sans-serif";
      ctx.fillStyle = BIG[p.label] || (p.front ? FRONT : "#868e96");
      const text = (BIG[p.label] ? "ACE " : "") + p.label
        + (p.time.median > y.max ? ` ↑ ${number(p.time.median)}` : "");
      const w = ctx.measureText(text).width;
      const px = across(p);
      const py = down(p);
      const r = BIG[p.label] ? 10 : 6;
      const places = [[px + r, py - 5], [px - r - w, py - 5], [px - w / 2, py - r - 11], [px - w / 2, py + r],
        [px + r, py - r - 9], [px + r, py + r], [px - r - w, py - r - 9], [px - r - w, py + r]];
      const free = ([l, t]) => l >= a.left && l + w <= a.right && t >= a.top && t + 10 <= a.bottom
        && taken.every(([l2, t2, r2, b2]) => l >= r2 || l + w <= l2 || t >= b2 || t + 10 <= t2);
      const place = places.find(free) || (BIG[p.label] ? places[0] : undefined);
      if (place) {
        ctx.textBaseline = "top";
        ctx.fillText(text, place[0], place[1]);
        taken.push([place[0], place[1], place[0] + w, place[1] + 10]);
      }
    });
    ctx.restore();
  },
};

function picture(cell) {
  const box = document.getElementById("charts").appendChild(element("div", "plot picture"));
  box.append(element("h3", "", cell.title));
  const shown = cell.points.map(p => p.time.median).filter(time => time <= slowest(cell));
  const vertical = range(shown);
  if (shown.length < cell.points.length) vertical.max += (vertical.max - vertical.min) * 0.08;
  const top = vertical.max - (vertical.max - vertical.min) * 0.02;
  const xy = p => ({x: p.memory.median, y: Math.min(p.time.median, top)});
  const dots = (points, colour, radius, more) => ({
    points, data: points.map(xy), backgroundColor: colour, borderColor: colour, pointRadius: radius,
    pointHoverRadius: radius + 2, ...more});
  const fixed = cell.points.filter(p => !BIG[p.label]);
  const front = fixed.filter(p => p.front).sort((p, q) => p.memory.median - q.memory.median);
  const sets = [
    ...Object.keys(BIG).map(name => dots(cell.points.filter(p => p.label === name), BIG[name], 8)),
    dots(front, FRONT, 4.5, {showLine: true, stepped: "before", borderWidth: 1, borderDash: [4, 3]}),
    dots(fixed.filter(p => !p.front), FIXED, 4),
  ];
  new Chart(box.appendChild(element("div", "box")).appendChild(element("canvas")), {
    type: "scatter",
    plugins: [goals(cell), names],
    data: {datasets: sets},
    options: {
      animation: false,
      maintainAspectRatio: false,
      plugins: {
        legend: {display: false},
        tooltip: {callbacks: {label: item => {
          const p = item.dataset.points[item.dataIndex];
          return ` ${p.label}: ${withInterval(p.time)} ${cell.time.unit}, ${withInterval(p.memory)} ${cell.memory.unit}`;
        }}},
      },
      scales: {
        x: {...range(cell.points.map(p => p.memory.median)), grid: {color: "#eef1f4"},
          title: {display: true, text: `${cell.memory.name} [${cell.memory.unit}]`},
          ticks: {includeBounds: false, maxTicksLimit: 7, font: {size: 10}}},
        y: {...vertical, grid: {color: "#eef1f4"},
          title: {display: true, text: `${cell.time.name} [${cell.time.unit}]`},
          ticks: {includeBounds: false, maxTicksLimit: 7, font: {size: 10}}},
      },
    },
  });
}

verdicts();
data.cells.forEach(picture);
