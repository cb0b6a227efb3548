/* Everything on the page that is text. */
const compared = data.metrics.filter(m => m.better !== "neither");

function header() {
  document.getElementById("machine").textContent =
    `Java ${data.machine.java} · ${data.machine.cpu} · ${data.cells.length} cells × ${data.allocators.length} `
    + `allocators × ${data.rounds} round${data.rounds === 1 ? "" : "s"}`
    + (data.quick ? " · quick comparison: a first look, not figures to quote" : "");
  const legend = document.getElementById("legend");
  for (const name of data.allocators) {
    const key = element("span", name === "ACE" ? "key ace" : "key");
    const swatch = element("i");
    swatch.style.background = COLOURS[name];
    key.append(swatch, name);
    legend.append(key);
  }
  document.getElementById("interval").textContent = data.rounds === 0 ? "No round gave a value." : data.rounds < 2
    ? "One round only: there are no intervals, and won or lost may be noise."
    : `Values are medians of ${data.rounds} rounds. Intervals run between order statistics of the rounds (with fewer `
      + "than six rounds: from the smallest to the largest), assume no distribution, and hold the true median with a "
      + `probability of ${data.coverage.toFixed(data.coverage < 99 ? 1 : 2)} %.`;
}

function failures() {
  if (!data.failures.length) return;
  const section = document.getElementById("failures");
  section.hidden = false;
  section.append(element("h2", "", `${data.failures.length} run(s) failed`));
  const list = section.appendChild(element("ul"));
  data.failures.forEach(f => list.append(element("li", "", f)));
}

/* One card per metric: the geometric mean of the ratios and how many cells were won. */
function summary() {
  for (const m of compared) {
    const verdicts = data.cells.map(c => c.verdicts[m.name]).filter(v => v && v.ratio > 0);
    if (!data.cells.some(c => c.verdicts[m.name])) continue;
    const counts = tally(data.cells, m.name);
    const card = element("div", "card " + worst(counts));
    card.append(element("div", "name", m.name + (m.better === "higher" ? " ↑" : "")));
    if (m.name === "garbage" || !verdicts.length) {
      const ace = data.cells.map(c => c.values[m.name]?.ACE?.median).filter(x => x !== undefined).sort((a, b) => a - b);
      const value = card.appendChild(element("div", "ratio", number(ace[ace.length >> 1]) + " "));
      value.append(element("span", "unit", m.unit));
      card.append(element("div", "note", "ACE, median of all cells"));
    } else {
      const mean = Math.exp(verdicts.reduce((sum, v) => sum + Math.log(v.ratio), 0) / verdicts.length);
      card.append(element("div", "ratio", mean.toFixed(2) + " ×"));
      card.append(element("div", "note", "the best rival's" + (verdicts.length > 1 ? ", geometric mean" : "")));
    }
    const bar = card.appendChild(element("div", "bar"));
    for (const v of VERDICTS) {
      const part = bar.appendChild(element("i"));
      part.style.flex = counts[v];
      part.style.background = {won: "var(--won)", level: "#adb5bd", lost: "var(--lost)"}[v];
    }
    card.append(element("div", "note", tallyText(counts)));
    document.getElementById("summary").append(card);
  }
}

function row(table, tag, texts) {
  const tr = table.appendChild(element("tr"));
  return texts.map(t => tr.appendChild(element(tag, "", t)));
}

/* One table for all cells that have the same metrics. */
function glance() {
  for (const name of new Set(data.cells.map(group))) {
    const cells = data.cells.filter(c => group(c) === name);
    const metrics = compared.filter(m => cells.some(c => c.verdicts[m.name]));
    document.getElementById("glance").append(verdicts(cells, metrics));
  }
}

function verdicts(cells, metrics) {
  const table = element("table");
  row(table, "th", ["cell", ...metrics.flatMap(m => [`${m.name} [${m.unit}]`, "ratio"])]);
  for (const cell of cells) {
    const tr = row(table, "td", [cell.title])[0].parentNode;
    for (const m of metrics) {
      const ace = cell.values[m.name]?.ACE;
      const verdict = cell.verdicts[m.name];
      const failed = !ace && cell.failed.includes("ACE");
      tr.append(element("td", failed ? "failed" : "ace", failed ? "FAILED" : ace ? number(ace.median) : "–"));
      const td = tr.appendChild(element("td", verdict ? verdict.outcome : ""));
      if (verdict) td.append(ratio(verdict.ratio) + " ", element("small", "", verdict.best));
    }
    if (cell.failed.length && cell.values) {
      tr.append(element("td", "failed", "FAILED: " + cell.failed.join(", ")));
    }
  }
  return table;
}

function served() {
  const cells = data.cells.filter(c => c.values["hot share"]?.ACE);
  if (!cells.length) {
    document.getElementById("served-section").hidden = true;
    return;
  }
  const table = document.getElementById("served");
  row(table, "th", ["cell", ...SHARES.map(s => s + " %"), ""]);
  for (const cell of cells) {
    const medians = SHARES.map(s => cell.values[s]?.ACE?.median);
    row(table, "td", [cell.title, ...medians.map(m => m === undefined ? "–" : m.toFixed(2))]);
    const bar = table.lastChild.appendChild(element("td"));
    ["#2b8a3e", "#e8a33d", "#c92a2a"].forEach((colour, i) => {
      const part = bar.appendChild(element("i"));
      part.style.cssText = `display:inline-block;height:10px;width:${medians[i] * 1.6}px;background:${colour}`;
    });
  }
}

function heaps() {
  const cells = data.cells.filter(c => HEAPS.some(name => c.values[name]?.ACE));
  document.getElementById("heaps-section").hidden = !cells.length;
  const table = document.getElementById("heaps");
  row(table, "th", ["cell", ...HEAPS]);
  for (const cell of cells) {
    row(table, "td", [cell.title, ...HEAPS.map(name => number(cell.values[name]?.ACE?.median ?? 0))]);
  }
}

function all() {
  const table = document.getElementById("all");
  row(table, "th", ["cell", "metric", ...data.allocators, "ACE / best rival"]);
  for (const cell of data.cells) {
    for (const m of data.metrics.filter(m => cell.values[m.name])) {
      const values = data.allocators.map(a => cell.values[m.name][a]);
      const verdict = cell.verdicts[m.name];
      const cells = row(table, "td", [cell.title, `${m.name} [${m.unit}]`,
        ...values.map((v, i) => v ? number(v.median) + interval(v)
          : cell.failed.includes(data.allocators[i]) ? "FAILED" : "–"),
        verdict ? ratio(verdict.ratio) : ""]);
      cells[2].className = "ace";
      cells[cells.length - 1].className = verdict ? verdict.outcome : "";
    }
  }
}

header();
failures();
summary();
glance();
served();
heaps();
all();
