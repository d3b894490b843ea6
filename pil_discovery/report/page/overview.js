/* overview: what came in, what was set aside, what each model saw, what could not be computed */
/* whom the leads are about: shares with their 95 % interval, unsaid where there are too few */
function audit(by, groups) {
  if (groups.length < 2) return [];
  const share = (s) => (s.share === null || !s.enough ? `${s.hits} / ${s.n}` : `${s.hits} / ${s.n}（${(100 * s.share).toFixed(1)}%，${(100 * s.low).toFixed(1)}–${(100 * s.high).toFixed(1)}%）`);
  return section(t(`audit_${by}`), el("table", { class: "models" },
    el("thead", {}, el("tr", {}, [t(by), t("flagged"), t("confirmed")].map((h) => el("th", { scope: "col" }, h)))),
    el("tbody", {}, groups.map((g) => el("tr", {}, el("td", {}, g.value || t("not_told")), el("td", {}, share(g.flagged)), el("td", {}, g.precision.n ? share(g.precision) : "—"))))));
}
let overlooking = false;
function overview() {
  overlooking = true;
  const head = ["model", "mstate", "population"], counts = ["hit", "review", "dropped", "unknown", "clear"];
  const called = (m) => [m.code, (english && m.title_en) || m.title_zh].filter(Boolean).join(" ");
  const percent = (share) => `${(100 * Number(share)).toFixed(1)}%`;
  const known = (v) => v !== null && v !== undefined;
  const named = (need) => { const [d, column] = need.split("."); return `${datasetOf(d)}（${column ? `${d}.${column}` : d}）`; };
  const trust = ({ share, checked, confirmed, precision }) => [known(share) ? `${t("flagged")} ${percent(share)}` : null, checked ? `${t("checked")} ${checked}，${t("confirmed")} ${confirmed}（${percent(precision)}）` : null].filter(Boolean);
  const remarks = (m) => [...(m.state === "computed" ? trust(m.quality || {}) : []), ...(m.local ? [`${t("local")} ${m.file}`] : []), ...(m.notes || [])];
  const done = run.models.filter((m) => m.state !== "not_computable"), cannot = run.models.filter((m) => m.state === "not_computable");
  const body = done.flatMap((m) => [
    el("tr", {}, el("td", {}, called(m)), el("td", {}, coded("states", m.state)), ["population", ...counts].map((c) => el("td", { class: "num" }, m.state === "computed" ? String((m.counts || {})[c] ?? "—") : "—"))),
    ...remarks(m).map((words_) => el("tr", {}, el("td", { class: "sub", colspan: "8" }, words_))),
  ]);
  const clears = run.models.filter((m) => m.state === "computed" && (m.missing_clears || []).length);
  const list_ = run.shortlist, expected = list_ && list_.expected;
  $("decide").replaceChildren();
  $("detail").replaceChildren(el("h2", {}, t("overview")), el("p", {}, t("nature")),
    ...(expected ? [el("p", {}, `${t("capacity")} ${expected.leads} ${t("of")}，${t("expected")} ${expected.true}（90%：${expected.low}–${expected.high}）`)] : []),
    ...((run.conflicts || []).length ? section(t("disputed"), list(run.conflicts)) : []),
    ...["town", "size"].flatMap((by) => audit(by, (run.attention || {})[by] || [])),
    ...section(`${t("cannot")}（${cannot.length}）`, list(cannot.map((m) => `${called(m)}：${t("add")} ${m.missing.map(named).join("、")}`))),
    ...(clears.length ? section(t("could_clear"), list(clears.map((m) => `${m.code}：${m.missing_clears.map(named).join("、")}`))) : []),
    ...section(`${t("sources")}（${run.sources.length}）`, el("p", {}, `${t("quarantined")}：${data.run.quarantine}`), list(run.sources.map((s) => `${s.file}：${s.origin}；${t("read")} ${s.rows_read}，${t("used")} ${s.rows_used}，${t("aside")} ${s.rows_quarantined}`))),
    ...section(`${t("models")}（${run.models.length}）`, el("table", { class: "models" }, el("thead", {}, el("tr", {}, head.map((h) => el("th", { scope: "col" }, t(h))), counts.map((c) => el("th", { scope: "col" }, coded("states", c))))), el("tbody", {}, body))),
    el("p", {}, `${t("whole_run")} `, el("a", { href: "run.html" }, "run.html")),
    el("p", { class: "sub" }, t("keys")), el("p", { class: "sub" }, "Leaflet 1.9.4 © Volodymyr Agafonkin, BSD-2-Clause"));
  markChinese($("detail"));
  $("detail").scrollTop = 0;
}
