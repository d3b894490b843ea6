/* wiring */
function about() {
  const count = (state) => run.models.filter((m) => m.state === state).length;
  $("about").textContent = $("about").title = [run.name, `${t("as_of")} ${run.as_of}`, `${t("leads_n")} ${data.total}`, `${count("computed")} ${t("models_done")}，${count("not_computable")} ${t("models_not")}`].filter(Boolean).join("　·　");
}
function speak() { translate(); about(); tally(); fillFilters(); fillLegend(); }
$("language").addEventListener("click", () => { english = !english; speak(); listLeads(); if (selected && !overlooking) select(selected, { scroll: true, move: false }); else overview(); });
for (const th of document.querySelectorAll("th[data-sort]")) th.firstElementChild.addEventListener("click", () => {
  order = { by: th.dataset.sort, down: order.by === th.dataset.sort ? !order.down : th.dataset.sort === "score" };
  for (const o of document.querySelectorAll("th[data-sort]")) o.removeAttribute("aria-sort");
  th.setAttribute("aria-sort", order.down ? "descending" : "ascending"); listLeads();
});
let typing = 0;
$("search").addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(listLeads, leads.length > 1000 ? 120 : 0); });
for (const id of ["domain", "agency", "town", "least", "state"]) $(id).addEventListener("change", listLeads);
$("scroll").addEventListener("scroll", () => drawRows(), { passive: true });
$("rows").addEventListener("keydown", (e) => {
  const ways = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -1e9, End: 1e9 };
  if (e.key in ways) { e.preventDefault(); step(ways[e.key]); }
  else if (e.key === "Enter" || e.key === " ") { e.preventDefault(); const l = byId.get(e.target.dataset.leadId); if (l) select(l).then(() => $("detail").focus()); }
});
$("search").addEventListener("keydown", (e) => { if (e.key === "ArrowDown" || e.key === "Enter") { e.preventDefault(); if (shown.length) select(shown.includes(selected) ? selected : shown[0], { scroll: true, focus: true }); } });
document.addEventListener("keydown", (e) => {
  const writing = /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName);
  if (e.key === "Escape") { if (selected) { reveal(selected); const tr = rowOf(selected.lead_id); if (tr) tr.focus(); } return; }
  if (writing || e.ctrlKey || e.metaKey || e.altKey) return;
  const code = { 1: "adopt", 2: "check", 3: "reject" }[e.key];
  if (e.key === "/") { e.preventDefault(); $("search").focus(); $("search").select(); }
  else if (code && selected) { decide(selected, { decision: decisionOf(selected).decision === code ? "" : code }); showForm(selected); if (code === "reject" && !decisionOf(selected).reason) $("decide").querySelector("[name=reason]").focus(); }
  else if (e.key === "n" && selected) { e.preventDefault(); $("decide").querySelector("[name=note]").focus(); }
});
$("decide").addEventListener("submit", (e) => e.preventDefault());
$("overview").addEventListener("click", overview);
$("print").addEventListener("click", () => { document.body.dataset.print = "lead"; window.print(); });
$("print-list").addEventListener("click", printList);
window.addEventListener("beforeprint", () => { for (const d of document.querySelectorAll("#detail details")) d.open = true; const old = $("detail").querySelector(".signatures"); if (old && selected) old.replaceWith(signatures(selected)); });
window.addEventListener("afterprint", () => { document.body.dataset.print = "lead"; $("printlist").replaceChildren(); for (const d of document.querySelectorAll("#detail details")) d.open = false; });
$("export").addEventListener("click", exportDecisions);
$("load").addEventListener("click", () => $("file").click());
$("file").addEventListener("change", () => { if ($("file").files[0]) loadDecisions($("file").files[0]); $("file").value = ""; });
window.addEventListener("beforeunload", (e) => { if (!kept && dirty) e.preventDefault(); });
$("zoomin").addEventListener("click", () => mapView.zoomIn());
$("zoomout").addEventListener("click", () => mapView.zoomOut());
$("fit").addEventListener("click", fitWhole);
$("near").addEventListener("click", () => { if (selected) goTo(selected); });
new ResizeObserver(() => { mapView.invalidateSize({ pan: false }); drawRows(true); }).observe($("place"));
document.body.dataset.print = "lead";
if (!kept) tell(t("unsaved"));
speak(); fitWhole(); listLeads();
if (leads.length) await select(leads[0], { move: false }); else overview();
paintMap();
performance.mark("ready");
document.documentElement.dataset.ready = "1";
