/* data: an index of all leads at once, details in chunks when they are asked for */
const $ = (id) => document.getElementById(id);
async function load(name) {
  const node = $(name);
  if (!node.dataset.deflated) return JSON.parse(node.textContent);
  const bytes = Uint8Array.from(atob(node.textContent), (c) => c.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).json();
}
const data = await load("data");
const { run, words, shared, basis } = data;
const leads = data.leads.map((values, at) => {
  const lead = { at };
  data.fields.forEach((name, i) => { lead[name] = values[i]; });
  lead.members = lead.members || [];
  return lead;
});
data.leads = null;
const byId = new Map(leads.map((l) => [l.lead_id, l]));
const classOf = new Map();
for (const l of leads) for (const m of l.members) classOf.set(leads[m], l);
const modelOf = new Map(run.models.map((m) => [m.id, m]));
const codeOf = (l) => (modelOf.get(l.model) || {}).code || l.model;
/* units close an amount: a number without one can mean anything */
const UNITS_EN = { m2: "m²", m3: "m³", "CNY/m2": "CNY/m²", "CNY/m3": "CNY/m³", "m3/a": "m³/a", "m3/month": "m³/month", "mg/m3": "mg/m³", day: "days", month: "months", year: "years", hour: "h", minute: "min", count: "", piece: "", time: "times", person: "persons", household: "households", bed: "beds", visit: "visits", order: "orders" };
const unitOf = (unit) => (!unit || unit === "1" ? "" : unit === "%" ? "%" : ` ${english ? UNITS_EN[unit] ?? unit : words.units[unit] || unit}`.trimEnd());
const grouped = (value) => String(value).replace(/^(-?)(\d+)/, (_, sign, whole) => sign + whole.replace(/\B(?=(\d{3})+$)/g, ","));
const amountOf = (l, name, value) => (value === null ? t("unknown") : grouped(value) + unitOf(((modelOf.get(l.model) || {}).units || {})[name]));
/* measures have Chinese titles; in English their canonical names, without the unit */
const plainName = (name, unit) => (unit && unit !== "1" && name.endsWith(`_${unit.toLowerCase().split("/")[0]}`) ? name.slice(0, -unit.split("/")[0].length - 1) : name).replaceAll("_", " ");
const labelOf = (l, name) => { const m = modelOf.get(l.model) || {}; return english ? plainName(name, (m.units || {})[name]) : (m.labels || {})[name] || name; };
const datasetOf = (name) => (english && words.datasets_en[name]) || words.datasets[name] || name;
const chunks = new Map();
async function detailOf(l) {
  const number = Math.floor(l.at / data.chunk);
  if (!chunks.has(number)) {
    if (chunks.size > 6) chunks.delete(chunks.keys().next().value);
    chunks.set(number, load(`details-${number}`));
  }
  const columns = await chunks.get(number), at = l.at % data.chunk;
  const told = Object.fromEntries(Object.entries(columns).map(([name, values]) => [name, values[at]]));
  return l.pictures && $(`album-${l.pictures}`) ? { ...told, album: await load(`album-${l.pictures}`) } : told;
}
/* every text goes through text nodes: nothing in a record can become markup */
function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [k, v] of Object.entries(props)) {
    if (v === null || v === undefined || v === false) continue;
    if (k === "class") node.className = v;
    else if (k === "click") node.addEventListener("click", v);
    else if (k === "filled") node.style.width = v;
    else if (k === "colour") node.style.background = v;
    else node.setAttribute(k, v === true ? "" : v);
  }
  for (const c of children.flat(2)) if (c !== null && c !== undefined && c !== "") node.append(c);
  return node;
}
const COLOURS = { land_transfer: "#a34a00", environment: "#00614a", food_drug: "#86307c", state_assets: "#0a5a9c" };
const colourOf = (domain) => COLOURS[domain] || "#4d5966";
const domainName = (d) => (english && words.domains_en[d]) || words.domains[d] || d;
/* «what: who (to be verified)» is read best with who first */
function titleOf(l) {
  const whole = (english && l.title_en) || l.title_zh;
  const bare = whole.replace(/（待核查）$|\s*\(to be verified\)$/, "");
  const cut = Math.max(bare.indexOf("："), bare.indexOf(": "));
  if (cut < 0) return { whole, what: "", who: bare };
  return { whole, what: bare.slice(0, cut), who: bare.slice(cut + 1).trim() };
}
const fact = (l) => (l.fact_date || "") + (l.fact_last_date && l.fact_last_date !== l.fact_date ? ` ${t("to")} ${l.fact_last_date}` : "");
