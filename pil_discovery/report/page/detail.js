/* detail: what was found, why it scores so, what the law says, what comes next */
const list = (items, tag = "ul") => (items.length ? el(tag, {}, items.map((one) => el("li", {}, one))) : el("p", { class: "sub" }, t("none")));
const section = (title, ...body) => [el("h3", {}, title), ...body.flat()];
const said = (label, items) => (items && items.length ? el("div", { class: "sub" }, el("b", {}, `${label}：`), list(items)) : null);
const sourceOf = (file) => run.sources.find((s) => s.file === file);
function rowRef(r) {
  const file = shared[r[0]], from = sourceOf(file);
  return el("li", {}, `${file}${r[1] ? `［${r[1]}］` : ""} ${t("row_no")} ${r[2]} ${t("row_end")}`.trim(), r[3] ? ` · ${datasetOf(r[3])}` : "", from ? el("span", { class: "origin" }, from.origin) : null);
}
function finding(f) {
  const pairs = (o) => Object.entries(o).map(([k, v]) => `${k}：${v}`).join("；");
  const sentence = (english && f.e) || f.z || "—";
  return el("div", { class: "said" },
    el("p", {}, el("span", { class: "tag" }, coded("states", f.s)), sentence),
    f.r ? el("div", { class: "chain" }, el("b", {}, `${t("rows")} (${f.rn})`), el("ul", {}, f.r.map(rowRef)), f.rn > f.r.length ? el("p", {}, `${f.r.length} / ${f.rn} ${t("more_rows")}`) : null) : null,
    said(t("names_joined"), f.li), said(t("ground"), (f.ov || []).map(pairs)),
    said(t("gates"), f.q ? Object.entries(f.q).map(([k, v]) => `${k}：${v}`) : []),
    said(t("editions"), (f.ly || []).map((i) => shared[i])),
    said(t("rates"), (f.ra || []).map((i) => shared[i])),
    said(t("excluded"), f.x), said(t("open_exclusions"), (f.u || []).map((i) => shared[i])), said(t("lacking"), f.m));
}
function scoreParts(l, told) {
  const zh = words.parts, first = (code) => told.re.filter((r) => r.startsWith(zh[code]));
  const rows = Object.keys(zh).map((code) => el("details", { class: "part" }, el("summary", {}, el("span", {}, coded("parts", code)), bar(Number(told.p[code])), el("b", {}, String(told.p[code]))), list(first(code))));
  const known = new Set(Object.keys(zh).flatMap(first));
  const routes = Object.entries(told.ro).map(([k, v]) => `${coded("routes", k)}：${t("verifiability")} ${v.verifiability}，${t("total")} ${v.score}${k === l.route ? t("chosen") : ""}`);
  return [el("p", {}, el("span", { class: "total" }, l.score), el("span", { class: "sub" }, " / 100　"), l.band ? coded("bands", l.band) : ""), el("div", { class: "parts" }, rows), list(routes), el("p", { class: "sub" }, sum(l, told)), told.re.filter((r) => !known.has(r)).map((r) => el("p", { class: "sub" }, r))];
}
/* the sum of leads.jsonl, written from the parts: the page need not carry it for every lead */
function sum(l, told) {
  const of = (k) => `${coded("parts", k)} ${told.p[k]}`;
  return `${l.score} = 100 × ${of("certainty")} × √${of("verifiability")} × (0.45 × ${of("harm")} + 0.25 × ${of("inaction")} + 0.15 × ${of("urgency")} + 0.15 × ${of("scale")})`;
}
function law(id) {
  const b = basis[id];
  if (!b) return el("li", {}, id);
  const later = b.later || [];
  return el("li", {}, el("b", {}, (english && b.citation_en) || b.citation_zh), ` ${t("from")} ${b.effective_from}${b.effective_to ? ` ${t("to")} ${b.effective_to}` : ""} `, el("span", { class: "sub" }, `（${id}）`),
    b.summary_zh ? el("div", {}, (english && b.summary_en) || b.summary_zh) : null, b.note && (english || /[一-鿿]/.test(b.note)) ? el("div", { class: "sub" }, b.note) : null,
    b.successor_zh || later.length ? el("div", { class: "later" }, b.successor_zh ? el("div", {}, `${t("later_applies")}：${b.successor_zh}`) : null, ["if_milder", "transition"].filter((role) => later.some((v) => v.role === role)).map((role) => el("div", {}, `${t(`later_${role}`)}：${later.filter((v) => v.role === role).map((v) => `${v.citation_zh}（${v.id}，${t("from")} ${v.effective_from}）`).join("；")}`))) : null);
}
function nextStep(s) {
  const cited = (s.basis || []).filter((i) => basis[i]).map((i) => basis[i].citation_zh).join("；");
  return el("li", {}, el("b", {}, s.title_zh || s.event), s.period_zh ? el("span", { class: "clock" }, `${t("period")} ${s.period_zh}${s.starts_from ? `，${t("starts")} ${s.starts_from}` : ""}`) : null,
    s.blocked_by ? el("div", { class: "sub" }, `${t("blocked")}：${s.blocked_by.map((words_) => words_.replace(/^尚缺：/, "")).join("；")}`) : null, cited ? el("div", { class: "sub" }, cited) : null);
}
const objection = ([q, v, i]) => el("tr", {}, el("td", {}, t(`q_${q}`)), el("td", { class: `verdict ${v}` }, t(`v_${v}`)), el("td", {}, shared[i]));
function related(l) {
  const found = new Map(), add = (m, why) => { if (m && m !== l && !found.has(m)) found.set(m, why); };
  const group = classOf.get(l);
  add(group, t("in_class"));
  for (const m of leads) if (m !== l && m.kind === "single" && ((l.subject_code && m.subject_code === l.subject_code) || (!l.subject_code && l.subject_name && m.subject_name === l.subject_name))) add(m, t("same_subject"));
  if (l.shape) {
    const [x, y] = middle(l.shape.box, { x: 0, y: 0, k: 1 }), metre = 256 / (40075016.7 * Math.cos((latOf(y) * Math.PI) / 180));
    const close = placed.filter((m) => m !== l).map((m) => { const [a, b] = middle(m.shape.box, { x: 0, y: 0, k: 1 }); return [Math.hypot(a - x, b - y) / metre, m]; }).filter(([d]) => d < 500).sort((a, b) => a[0] - b[0] || a[1].rank - b[1].rank).slice(0, 5);
    for (const [d, m] of close) add(m, `${t("near_by")} ${Math.round(d)} m`);
  }
  if (group) for (const m of group.members.map((i) => leads[i])) if (found.size < 12) add(m, t("same_class"));
  return [...found].slice(0, 12);
}
const link = (m, why) => el("button", { type: "button", class: "link", click: () => select(m, { scroll: true }) }, `${m.rank}　${titleOf(m).who || titleOf(m).whole}　${codeOf(m)}　${m.score}${why ? `（${why}）` : ""}`);
function detail(l, told) {
  overlooking = false;
  const amounts = Object.entries(told.me).map(([k, v]) => [labelOf(l, k), amountOf(l, k, v)]);
  const pairs = [[t("subject"), [l.subject_name, l.subject_code].filter(Boolean).join("　") || (told.n ? `${told.n} ${t("members_subjects")}` : t("not_known"))], [t("agency"), l.agency || t("not_known")], [t("fact_date"), fact(l) || t("unknown")], [t("place"), l.place], [t("route"), coded("routes", l.route)], ...amounts, [t("id"), l.lead_id]];
  const members = l.members.map((m) => leads[m]), others = related(l);
  const sheet = sheetMap(l);
  $("detail").replaceChildren(
    el("p", { class: "printonly head" }, `${t("title")}（${t("pending")}）　${run.name || ""}　${t("as_of")} ${run.as_of}`),
    el("h2", {}, titleOf(l).whole),
    el("p", {}, el("span", { class: "tag", colour: colourOf(l.domain) }, domainName(l.domain)), el("span", { class: "sub" }, `${codeOf(l)}　${coded("kinds", l.kind)}　${t("rank")} ${l.rank}`)),
    ...(told.la.length ? [el("p", {}, el("span", { class: "tag lane" }, t("urgent")), told.la.join("；"))] : []),
    el("dl", {}, pairs.filter(([, v]) => v).flatMap(([k, v]) => [el("dt", {}, k), el("dd", {}, v)])),
    ...(sheet ? [el("div", { class: "printonly" }, sheet)] : []),
    ...(told.f.length ? section(`${t("said")}（${told.f.length}）`, told.f.map(finding)) : []),
    ...(told.album ? section(t("pictures"), pictures(told.album)) : l.pictures ? section(t("pictures"), el("p", { class: "sub" }, t("no_room"))) : []),
    ...(told.album && told.album.curves.length ? section(t("curves"), told.album.curves.map(curve)) : []),
    ...(members.length ? section(`${t("members")}（${told.n}）`, el("ul", { class: "links" }, members.slice(0, 200).map((m) => el("li", {}, link(m))))) : []),
    ...section(t("parts"), scoreParts(l, told)),
    ...section(t("basis"), shared[told.ba].length ? el("ul", { class: "laws" }, shared[told.ba].map(law)) : el("p", { class: "sub" }, t("none"))),
    ...section(t("objections"), el("table", { class: "objections" }, el("tbody", {}, told.ob.map(objection)))),
    ...section(t("steps"), el("ol", { class: "steps" }, shared[told.st].map(nextStep))),
    ...section(t("verify"), list(shared[told.ve], "ol")),
    ...section(t("supplement"), list(told.mi)),
    ...(others.length ? [el("div", { class: "noprint" }, section(t("related"), el("ul", { class: "links" }, others.map(([m, why]) => el("li", {}, link(m, why))))))] : []),
    signatures(l));
  markChinese($("detail"));
  $("detail").scrollTop = 0;
}
/* in English: what is recorded in Chinese alone says so under its heading, and is read as Chinese */
function markChinese(pane) {
  if (!english) return;
  for (const node of pane.querySelectorAll("p, li, td, dd, dt, div, figcaption, h2")) if (!node.querySelector("p, li, td, dd, div") && /[\u4e00-\u9fff]/.test(node.textContent)) node.lang = "zh-CN";
  for (const head of pane.querySelectorAll("h3")) {
    const body = []; for (let next = head.nextElementSibling; next && next.tagName !== "H3"; next = next.nextElementSibling) if (!next.classList.contains("printonly")) body.push(next);
    if (body.some((node) => /[\u4e00-\u9fff]/.test(node.textContent))) head.append(el("span", { class: "sub only" }, ` · ${t("zh_only")}`));
  }
}
function signatures(l) {
  const now = decisionOf(l), opinion = now.decision ? `${coded("decisions", now.decision)} ${coded("reasons", now.reason)} ${now.note} ${now.by} ${now.on}` : "";
  return el("table", { class: "printonly signatures" }, el("tbody", {}, ["sign_1", "sign_2", "sign_3"].map((k, i) => el("tr", {}, el("th", { scope: "row" }, t(k)), el("td", {}, i === 0 ? opinion : "")))));
}
function printList() {
  const most = 300, some = shown.slice(0, most), heads = ["rank", "lead", "agency", "fact_date", "score", "opinion"];
  $("printlist").replaceChildren(
    el("h1", {}, `${t("title")}（${t("pending")}）`), el("p", {}, `${run.name || ""}　${t("as_of")} ${run.as_of}　${some.length} / ${data.total} ${t("of")}。${t("nature")}`),
    el("table", {}, el("thead", {}, el("tr", {}, heads.map((h) => el("th", { scope: "col" }, t(h))))), el("tbody", {}, some.map((l) => el("tr", {}, el("td", {}, String(l.rank)), el("td", {}, `${codeOf(l)}　${titleOf(l).whole}`), el("td", {}, l.agency || t("no_agency")), el("td", {}, l.fact_date || "—"), el("td", {}, l.score), el("td", {}, decisionOf(l).decision ? coded("decisions", decisionOf(l).decision) : ""))))));
  document.body.dataset.print = "list"; window.print();
}
