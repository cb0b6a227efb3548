/* Numbers, names and colours that tables and charts share. */
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const COLOURS = {ACE: "#3b5bdb", Pooled: "#7b8794", Adaptive: "#c2935a", Unpooled: "#cbd2d9"};
const VERDICTS = ["won", "level", "lost"];
const SHARES = ["hot share", "warm share", "cold share", "remote share", "warm-pool hits"];
const HEAPS = ["heaps", "adoptions"];
/* Memory workloads have metrics of their own, each of them; the others share those of their family. */
const group = cell => cell.family === "memory" ? cell.workload : cell.family;
const metric = name => data.metrics.find(m => m.name === name);

function element(tag, className, text) {
  const e = document.createElement(tag);
  if (className) e.className = className;
  if (text !== undefined) e.textContent = text;
  return e;
}

function number(x) {
  const size = Math.abs(x);
  if (size >= 10000) return Math.round(x / 100) / 10 + "k";
  return x.toLocaleString("en", {maximumFractionDigits: size >= 100 ? 0 : size >= 10 ? 1 : 2,
    minimumFractionDigits: size >= 100 ? 0 : size >= 10 ? 1 : 2});
}

const ratio = x => x === null ? "" : x >= 100 ? "≥ 100" : x < 0.005 ? "0.00" : x.toFixed(2);
const interval = v => v.rounds > 1 ? ` (${number(v.low)} – ${number(v.high)})` : "";

/* A cell's parameters in words, without those that the heading already names. */
function words(cell, without) {
  return Object.entries(cell.parameters).filter(([name]) => !without.includes(name)).map(([name, value]) => {
    if (name === "live") return value + " live";
    if (name === "touch") return value === "true" ? "touched" : "";
    if (name === "threads") return value + " threads";
    if (name === "leak") return "leak " + value;
    return value;
  }).filter(w => w).join(", ");
}

function tally(cells, name) {
  const counts = {won: 0, level: 0, lost: 0};
  cells.forEach(c => { if (c.verdicts[name]) counts[c.verdicts[name].outcome]++; });
  return counts;
}

function tallyText(counts) {
  return VERDICTS.filter(v => counts[v] > 0).map(v => `${v} ${counts[v]}`).join(", ");
}

const worst = counts => counts.lost ? "lost" : counts.won ? "won" : "level";
