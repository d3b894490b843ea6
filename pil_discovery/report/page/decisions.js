/* decisions: kept in this browser for this scan, and exported as a file */
const KEY = `pil-review-${data.scan}`;
const FIELDS = ["decision", "reason", "stage", "note", "by", "on"];
const BLANK = Object.fromEntries(FIELDS.map((name) => [name, ""]));
let decisions = {}, kept = true, usual = { by: "", on: "" }, dirty = false;
try { decisions = JSON.parse(localStorage.getItem(KEY)) || {}; localStorage.setItem(KEY, JSON.stringify(decisions)); } catch { kept = false; }
const decisionOf = (l) => decisions[l.lead_id] || BLANK;
const decided = () => leads.filter((l) => decisionOf(l).decision);
function keep() {
  dirty = true;
  if (!kept) return;
  try { localStorage.setItem(KEY, JSON.stringify(decisions)); } catch { kept = false; tell(t("unsaved")); }
}
function decide(l, change) {
  const now = { ...BLANK, ...decisions[l.lead_id], ...change };
  if (change.decision) { now.by = now.by || usual.by; now.on = now.on || usual.on; }
  if (change.by !== undefined) usual.by = change.by;
  if (change.on !== undefined) usual.on = change.on;
  decisions[l.lead_id] = now;
  keep(); tally(); redrawRow(l); drawMap();
  return now;
}
function tally() { $("export").textContent = `${t("export")} (${decided().length})`; }
function tell(text) { $("message").textContent = text; $("message").hidden = !text; }
function exportDecisions() {
  const done = decided();
  const rows = done.map((l) => ({ lead_id: l.lead_id, ...decisionOf(l) }));
  const text = JSON.stringify({ scan: data.scan, decisions: rows }, null, 1);
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = el("a", { href: url, download: "处理意见.json" });
  document.body.append(link); link.click(); link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
  dirty = false;
  const bare = done.filter((l) => decisionOf(l).decision === "reject" && !decisionOf(l).reason);
  const undated = done.filter((l) => decisionOf(l).decision !== "check" && !decisionOf(l).on);
  const named = (some) => `${some.length} ${some.slice(0, 5).map((l) => `#${l.rank}`).join(" ")}`;
  tell([`${t("exported")} ${rows.length}`, bare.length ? `${named(bare)} ${t("no_reason")}` : "", undated.length ? `${named(undated)} ${t("no_date")}` : ""].filter(Boolean).join("；"));
}
/* a file from another computer is added to what is here; where both differ, this page stays */
async function loadDecisions(file) {
  let given;
  try { given = JSON.parse(await file.text()); if (!Array.isArray(given.decisions)) throw new Error(); } catch { tell(`${file.name}：${t("not_file")}`); return; }
  if (given.scan !== data.scan) { tell(`${file.name}：${t("other_scan")}`); return; }
  let added = 0, lost = 0; const against = [];
  for (const row of given.decisions) {
    const l = byId.get(row.lead_id);
    if (!l || !(row.decision in words.decisions)) { lost += 1; continue; }
    const now = decisionOf(l), same = FIELDS.every((f) => (now[f] || "") === (row[f] || ""));
    if (now.decision && !same) { against.push(l); continue; }
    if (!same) { decisions[l.lead_id] = { ...BLANK, ...Object.fromEntries(FIELDS.map((f) => [f, String(row[f] || "")])) }; added += 1; }
  }
  keep(); tally(); listLeads(); if (selected) showForm(selected);
  tell([`${t("loaded")} ${added}`, against.length ? `${against.length} ${t("conflicts")}：${against.slice(0, 8).map((l) => `#${l.rank} ${titleOf(l).who}`).join("、")}` : "", lost ? `${lost} ${t("unknown_leads")}` : ""].filter(Boolean).join("；"));
}
function showForm(l) {
  const now = () => decisionOf(l);
  const set = (change) => { decide(l, change); showForm(l); };
  const buttons = Object.keys(words.decisions).map((code) => el("button", { type: "button", "aria-pressed": String(now().decision === code), "data-decision": code, click: () => { set({ decision: now().decision === code ? "" : code }); $("decide").querySelector(`[data-decision=${code}]`).focus(); } }, `${MARKS[code]} ${coded("decisions", code)}`));
  const choose = (name, table) => el("select", { name, "aria-label": t(name), "aria-invalid": String(name === "reason" && now().decision === "reject" && !now().reason) }, el("option", { value: "" }, t(name)), Object.keys(words[table]).map((code) => el("option", { value: code }, coded(table, code))));
  const field = (name, type) => el("input", { name, type, placeholder: t(name), "aria-label": t(name) });
  const fields = { reason: choose("reason", "reasons"), stage: choose("stage", "stages"), by: field("by", "text"), on: field("on", "date"), note: el("textarea", { name: "note", rows: "1", placeholder: t("note"), "aria-label": t("note") }) };
  for (const [name, node] of Object.entries(fields)) {
    node.value = now()[name] || "";
    node.addEventListener("change", () => { decide(l, { [name]: node.value }); fields.reason.setAttribute("aria-invalid", String(now().decision === "reject" && !now().reason)); });
  }
  $("decide").replaceChildren(el("div", { class: "choice" }, buttons), fields.reason, fields.stage, fields.by, fields.on, fields.note);
}
