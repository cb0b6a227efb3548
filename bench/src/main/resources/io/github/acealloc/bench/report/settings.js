/* What the pages about settings share. */
/* Leak detection is off in all of them. */
for (const cell of data.cells) cell.title = cell.title.replace(" [leak disabled]", "");

const difference = {"-1": "less", 0: "", 1: "more"};
const withInterval = v => v ? number(v.median) + interval(v) : "–";

function row(table, tag, texts) {
  const tr = table.appendChild(element("tr"));
  return texts.map(t => tr.appendChild(element(tag, "", t)));
}

function header() {
  document.getElementById("machine").textContent =
    `Java ${data.machine.java} · ${data.machine.cpu} · ${data.cells.length} workloads × ${data.settings.length} `
    + `settings × ${data.rounds} round${data.rounds === 1 ? "" : "s"}`
    + (data.quick ? " · quick: a first look, not figures to quote" : "");
  document.getElementById("interval").textContent = data.rounds < 2
    ? "One round only: there are no intervals, and every difference may be noise."
    : `Values are medians of ${data.rounds} rounds. Intervals run between order statistics of the rounds and hold the `
      + `true median with a probability of ${data.coverage.toFixed(data.coverage < 99 ? 1 : 2)} %. What differs by `
      + "less than 1 MiB, or by a ratio whose interval holds 1, is noise.";
  if (data.failures.length) {
    const section = document.getElementById("failures");
    section.hidden = false;
    section.append(element("h2", "", `${data.failures.length} run(s) failed`));
    const list = section.appendChild(element("ul"));
    data.failures.forEach(f => list.append(element("li", "", f)));
  }
}

function settings() {
  const table = document.getElementById("settings");
  row(table, "th", ["setting", "what it is", "options"]);
  for (const s of data.settings) {
    row(table, "td", [s.label, s.about, s.options]).slice(1).forEach(td => td.style.textAlign = "left");
  }
}

function all() {
  const table = document.getElementById("all");
  const to = ` / ${data.reference}`;
  row(table, "th", ["workload", "setting", "time", "", "time" + to, "", "memory", "", "memory" + to, ""]);
  for (const cell of data.cells) {
    for (const p of cell.points) {
      row(table, "td", [cell.title, p.label,
        withInterval(p.time), cell.time.unit, withInterval(p.timeRatio), difference[p.timeDifference],
        withInterval(p.memory), cell.memory.unit, withInterval(p.memoryRatio), difference[p.memoryDifference]]);
    }
  }
}

header();
settings();
all();
