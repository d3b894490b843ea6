/* table: only the rows in sight exist, so that many thousands cost no more than a few */
const ROW = 52, SPARE = 12, ALL = 120;
let shown = leads, selected = null, order = { by: "rank", down: false }, window_ = { first: 0, last: 0 };
for (const l of leads) l.text = [l.title_zh, l.title_en, l.subject_name, l.subject_code, l.agency, l.place, codeOf(l), l.lead_id, words.domains[l.domain], l.pinyin].filter(Boolean).join(" ").toLowerCase();
const sorter = new Intl.Collator("zh");
const sortValue = (l, by) => (by === "score" ? Number(l.score) : by === "title" ? titleOf(l).who : by === "decision" ? decisionOf(l).decision || null : l[by]);
function compare(a, b) {
  const x = sortValue(a, order.by), y = sortValue(b, order.by);
  if (x === null || y === null) return (x === null) - (y === null) || a.rank - b.rank;
  const way = typeof x === "number" ? x - y : sorter.compare(String(x), String(y));
  return (order.down ? -way : way) || a.rank - b.rank;
}
const bar = (share, tag = "span") => el(tag, { class: "bar", "aria-hidden": "true" }, el("i", { filled: `${Math.round(100 * share)}%` }));
function row(l, place) {
  const { who, what, whole } = titleOf(l), opinion = decisionOf(l).decision;
  const tags = [el("span", { class: "tag", colour: colourOf(l.domain) }, codeOf(l)), l.kind === "class" ? el("span", { class: "tag" }, coded("kinds", "class")) : null];
  const cells = [
    el("td", { class: "num" }, String(l.rank), l.urgent ? el("span", { class: "tag lane small" }, t("first")) : null),
    el("td", { title: whole }, el("div", { class: "line" }, tags, el("b", {}, who)), el("div", { class: "line sub" }, what || coded("kinds", l.kind))),
    el("td", {}, el("div", { class: "two" }, l.agency || t("no_agency"))),
    el("td", { class: "num" }, l.fact_date || "—"),
    el("td", { class: "num" }, l.score, bar(Number(l.score) / 100)),
    el("td", { class: "opinion", "data-opinion": opinion }, opinion ? `${MARKS[opinion]} ${coded("decisions", opinion)}` : ""),
  ];
  for (const cell of cells) cell.setAttribute("role", "gridcell");
  const now = l === selected;
  return el("tr", { "data-lead-id": l.lead_id, "aria-rowindex": String(place + 2), tabindex: now ? "0" : "-1", "aria-selected": String(now), click: () => select(l) }, cells);
}
const spacer = (rows) => el("tr", { class: "spacer", "aria-hidden": "true" }, (() => { const cell = el("td"); cell.style.height = `${rows * ROW}px`; return cell; })());
function drawRows(force) {
  const box = $("scroll"), high = Math.ceil(box.clientHeight / ROW), top = Math.floor(box.scrollTop / ROW);
  const all = shown.length <= ALL;
  const first = all ? 0 : Math.max(0, top - SPARE), last = all ? shown.length : Math.min(shown.length, top + high + SPARE);
  if (!force && first <= Math.max(0, top - 2) && window_.first <= Math.max(0, top - 2) && window_.last >= Math.min(shown.length, top + high + 2)) return;
  const held = document.activeElement && document.activeElement.dataset && document.activeElement.dataset.leadId;
  window_ = { first, last };
  const parts = shown.slice(first, last).map((l, i) => row(l, first + i));
  if (first) parts.unshift(spacer(first));
  if (last < shown.length) parts.push(spacer(shown.length - last));
  $("rows").replaceChildren(...parts);
  if (held) { const again = rowOf(held); if (again) again.focus({ preventScroll: true }); }
  if (!$("rows").querySelector("[tabindex='0']")) { const one = $("rows").querySelector("tr[data-lead-id]"); if (one) one.tabIndex = 0; }
}
const rowOf = (id) => $("rows").querySelector(`tr[data-lead-id="${CSS.escape(id)}"]`);
function redrawRow(l) {
  const there = rowOf(l.lead_id);
  if (!there) return;
  const fresh = row(l, shown.indexOf(l)), held = document.activeElement === there;
  there.replaceWith(fresh); if (held) fresh.focus({ preventScroll: true });
}
function listLeads() {
  const terms = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
  const [domain, agency, town, least, state] = ["domain", "agency", "town", "least", "state"].map((id) => $(id).value);
  shown = leads.filter((l) => (!domain || l.domain === domain) && (!agency || (l.agency || "-") === agency) && (!town || (l.town || "-") === town) && (!least || Number(l.score) >= Number(least)) && (!state || (decisionOf(l).decision || "none") === state) && terms.every((term) => l.text.includes(term))).sort(compare);
  $("scroll").scrollTop = 0;
  document.querySelector("#list table").setAttribute("aria-rowcount", String(shown.length + 1));
  drawRows(true);
  $("count").textContent = `${shown.length} / ${data.total} ${t("of")}${data.total > leads.length ? `（${t("only")} ${leads.length} ${t("rest")}）` : ""}`;
  drawMap();
}
function reveal(l) {
  const place = shown.indexOf(l), box = $("scroll"), head = box.querySelector("thead").offsetHeight;
  if (place < 0) return;
  const top = place * ROW, bottom = top + ROW;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (bottom > box.scrollTop + box.clientHeight - head) box.scrollTop = bottom - box.clientHeight + head;
  drawRows();
}
let turn = 0;
async function select(l, { scroll = false, focus = false, move = true } = {}) {
  const before = selected, mine = (turn += 1);
  selected = l;
  if (scroll) reveal(l);
  for (const one of [before, l]) if (one) { const tr = rowOf(one.lead_id); if (tr) { tr.setAttribute("aria-selected", String(one === l)); tr.tabIndex = one === l ? 0 : -1; } }
  if (focus) { const tr = rowOf(l.lead_id); if (tr) tr.focus({ preventScroll: true }); }
  const told = await detailOf(l);
  if (mine !== turn) return;
  detail(l, told); showForm(l);
  if (move) showOnMap(l); else drawMap();
  document.documentElement.dataset.lead = l.lead_id;
}
function step(by) {
  if (!shown.length) return;
  const place = Math.min(shown.length - 1, Math.max(0, shown.indexOf(selected) + by));
  select(shown[place], { scroll: true, focus: true });
}
function options(id, all, pairs) {
  const before = $(id).value;
  $(id).replaceChildren(el("option", { value: "" }, t(all)), ...pairs.map(([value, name]) => el("option", { value }, name)));
  $(id).value = before;
}
const counted = (values) => [...values.reduce((m, v) => m.set(v, (m.get(v) || 0) + 1), new Map())].sort((a, b) => b[1] - a[1] || sorter.compare(a[0], b[0]));
function fillFilters() {
  options("domain", "all_domains", counted(leads.map((l) => l.domain)).map(([d, n]) => [d, `${domainName(d)} ${n}`]));
  options("agency", "all_agencies", counted(leads.map((l) => l.agency || "-")).map(([a, n]) => [a, `${a === "-" ? t("no_agency") : a} ${n}`]));
  options("town", "all_towns", counted(leads.map((l) => l.town || "-")).map(([a, n]) => [a, `${a === "-" ? t("no_town") : a} ${n}`]));
  options("least", "all_scores", [50, 35, 20, 10].map((v) => [String(v), `${t("at_least")} ${v}`]));
  options("state", "all_states", [...Object.keys(words.decisions).map((k) => [k, `${MARKS[k]} ${coded("decisions", k)}`]), ["none", t("undecided")]]);
}
