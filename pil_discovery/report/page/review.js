"use strict";
(async () => {
  const $ = (id) => document.getElementById(id);
  const CHUNK = 500;
  const COLOURS = { land_transfer: "#b5652b", environment: "#2e7d4f", food_drug: "#7b4fa3", state_assets: "#2a6cb0", common: "#5b6877" };

  /* data: plain JSON, or deflated where it is large */
  async function load() {
    const node = $("data");
    if (!node.dataset.deflated) return JSON.parse(node.textContent);
    const bytes = Uint8Array.from(atob(node.textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Response(stream).json();
  }
  const data = await load();
  const { run, words, findings } = data;
  const cited = (i) => {
    const b = (run.basis || {})[i];
    return b ? `${b.citation_zh}　${b.effective_from} 起${b.effective_to ? `，至 ${b.effective_to}` : ""}（${i}）` : i;
  };
  const labels = (l) => ((run.models.find((m) => m.id === l.model) || {}).labels || {});
  const leads = data.leads;
  const byId = new Map(leads.map((l) => [l.lead_id, l]));

  /* every text goes through textContent: nothing in a record can become markup */
  function el(tag, props = {}, ...children) {
    const node = document.createElement(tag);
    for (const [k, v] of Object.entries(props)) {
      if (k === "class") node.className = v;
      else if (k === "click") node.addEventListener("click", v);
      else if (k === "width") node.style.width = v;
      else if (k === "colour") node.style.background = v;
      else node.setAttribute(k, v);
    }
    for (const c of children.flat()) if (c !== null && c !== undefined && c !== "") node.append(c);
    return node;
  }
  const bar = (share) => el("span", { class: "bar" }, el("i", { width: `${Math.round(100 * share)}%` }));
  const list = (items, tag = "ul") => (items.length ? el(tag, {}, items.map((t) => el("li", {}, t))) : el("p", { class: "sub" }, "无"));
  const section = (title, ...body) => [el("h3", {}, title), ...body];
  const fact = (l) => (l.fact_date || "") + (l.fact_last_date && l.fact_last_date !== l.fact_date ? ` 至 ${l.fact_last_date}` : "");

  /* decisions: kept in this browser for this scan, and exported as a file */
  const KEY = `pil-review-${data.scan}`;
  let decisions = {};
  try { decisions = JSON.parse(localStorage.getItem(KEY)) || {}; } catch { /* storage is off */ }
  function decide(id, change) {
    decisions[id] = { decision: "", reason: "", stage: "", note: "", by: "", on: "", ...decisions[id], ...change };
    try { localStorage.setItem(KEY, JSON.stringify(decisions)); } catch { /* storage is off */ }
    const cell = document.querySelector(`tr[data-lead-id="${CSS.escape(id)}"] td:last-child`);
    if (cell) cell.textContent = words.decisions[decisions[id].decision] || "";
    tally();
  }
  const decided = () => leads.filter((l) => decisions[l.lead_id] && decisions[l.lead_id].decision);
  function tally() { $("export").textContent = `导出处理意见（${decided().length}）`; }
  function exportDecisions() {
    const rows = decided().map((l) => ({ lead_id: l.lead_id, ...decisions[l.lead_id] }));
    const text = JSON.stringify({ scan: data.scan, decisions: rows }, null, 1);
    const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    const link = el("a", { href: url, download: "处理意见.json" });
    document.body.append(link); link.click(); link.remove();
    setTimeout(() => URL.revokeObjectURL(url), 10000);
  }

  /* table */
  let shown = [], drawn = 0, selected = null, order = { by: "rank", down: false };
  for (const l of leads) l.text = [l.title_zh, l.subject_name, l.subject_code, l.agency, l.place, l.code, l.lead_id, words.domains[l.domain]].filter(Boolean).join(" ").toLowerCase();
  const sortValue = (l, by) => by === "score" ? Number(l.score) : by === "decision" ? (decisions[l.lead_id] || {}).decision || null : l[by];
  function compare(a, b) {
    const x = sortValue(a, order.by), y = sortValue(b, order.by);
    if (x === null || y === null) return (x === null) - (y === null) || a.rank - b.rank;
    const way = typeof x === "number" ? x - y : String(x).localeCompare(String(y), "zh");
    return (order.down ? -way : way) || a.rank - b.rank;
  }
  function row(l) {
    const tags = [el("span", { class: "tag", colour: COLOURS[l.domain] }, l.code), l.kind === "class" ? el("span", { class: "tag" }, "类案") : null, l.lanes.length ? el("span", { class: "tag lane" }, "优先核查") : null];
    const cells = [el("td", {}, String(l.rank)), el("td", {}, tags, l.title_zh), el("td", {}, l.agency || "未确定"), el("td", { class: "num" }, l.fact_date || "—"), el("td", { class: "num" }, l.score, bar(Number(l.score) / 100)), el("td", {}, words.decisions[(decisions[l.lead_id] || {}).decision] || "")];
    const tr = el("tr", { "data-lead-id": l.lead_id, tabindex: "0", "aria-selected": String(l === selected), click: () => select(l) }, cells);
    return tr;
  }
  function more() {
    const next = shown.slice(drawn, drawn + CHUNK);
    $("rows").append(...next.map(row));
    drawn += next.length;
  }
  function list_leads() {
    const terms = $("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    const domain = $("domain").value, state = $("state").value;
    const stateOf = (l) => (decisions[l.lead_id] || {}).decision || "none";
    shown = leads.filter((l) => (!domain || l.domain === domain) && (!state || stateOf(l) === state) && terms.every((t) => l.text.includes(t))).sort(compare);
    $("rows").replaceChildren(); drawn = 0; more();
    $("count").textContent = `${shown.length} / ${data.total} 件${data.total > leads.length ? `（本页只列 ${leads.length} 件）` : ""}`;
    draw();
  }
  function select(l, scroll) {
    selected = l;
    for (const tr of $("rows").children) tr.setAttribute("aria-selected", String(tr.dataset.leadId === l.lead_id));
    if (scroll) {
      while (drawn < shown.length && !$("rows").querySelector("[aria-selected=true]")) {
        more();
        for (const tr of $("rows").children) tr.setAttribute("aria-selected", String(tr.dataset.leadId === l.lead_id));
      }
      const tr = $("rows").querySelector("[aria-selected=true]");
      if (tr) tr.scrollIntoView({ block: "nearest" });
    }
    detail(l); draw();
  }
  function step(by) {
    const next = shown[shown.indexOf(selected) + by];
    if (next) select(next, true);
  }

  /* detail */
  const where = (r) => `${r.source}${r.sheet ? `［${r.sheet}］` : ""} 第 ${r.row} 行${r.dataset ? `（${r.dataset}）` : ""}`;
  function finding(f) {
    const notes = [...f.exclusions.map((e) => e.zh), ...f.missing];
    return el("div", { class: "said" }, el("p", {}, el("span", { class: "tag" }, words.states[f.state] || f.state), f.sentence_zh || "（没有说明）"), notes.length ? el("p", { class: "sub" }, notes.join("；")) : null, el("ul", { class: "sub" }, f.records.map((r) => el("li", {}, where(r)))));
  }
  function next_step(s) {
    const blocked = s.blocked_by && s.blocked_by.length ? `；尚缺：${s.blocked_by.join("、")}` : "";
    return `${s.title_zh || s.event || ""}${s.period_zh ? `（${s.period_zh}）` : ""}${blocked}`;
  }
  function decision_form(l) {
    const now = () => decisions[l.lead_id] || {};
    const buttons = Object.entries(words.decisions).map(([code, zh]) => el("button", { type: "button", "aria-pressed": String(now().decision === code), "data-decision": code, click: (e) => {
      decide(l.lead_id, { decision: now().decision === code ? "" : code });
      for (const b of e.target.parentNode.children) b.setAttribute("aria-pressed", String(b.dataset.decision === now().decision));
    } }, zh));
    const reason = el("select", { "aria-label": "理由代码" }, el("option", { value: "" }, "理由代码（排除时必选）"), Object.entries(words.reasons).map(([code, zh]) => el("option", { value: code }, zh)));
    const stage = el("select", { "aria-label": "核查阶段" }, el("option", { value: "" }, "核查阶段（不选为书面核查）"), Object.entries(words.stages).map(([code, zh]) => el("option", { value: code }, zh)));
    const note = el("textarea", { placeholder: "备注", "aria-label": "备注" });
    const by = el("input", { placeholder: "办理人", "aria-label": "办理人" });
    const on = el("input", { placeholder: "办理日期，如 2026-10-08", "aria-label": "办理日期" });
    for (const [name, node] of Object.entries({ reason, stage, note, by, on })) {
      node.value = now()[name] || "";
      node.addEventListener("change", () => decide(l.lead_id, { [name]: node.value }));
    }
    return el("form", {}, el("div", { class: "choice" }, buttons), reason, stage, by, note, on);
  }
  function detail(l) {
    const pairs = [["线索编号", l.lead_id], ["主体", [l.subject_name, l.subject_code].filter(Boolean).join("　") || (l.members.length ? `${l.members.length} 件线索的主体，见成员` : "未确定")], ["行政机关", l.agency || "未确定"], ["路线", words.routes[l.route]], ["事实日期", fact(l) || "未知"], ["地点", l.place], ...Object.entries(l.measures).map(([k, v]) => [labels(l)[k] || k, v === null ? "未知" : String(v)])];
    const parts = Object.entries(words.parts).flatMap(([k, zh]) => [el("span", {}, zh), bar(Number(l.parts[k])), el("b", {}, l.parts[k])]);
    const routes = Object.entries(l.routes).map(([k, v]) => `${words.routes[k]}：可查性 ${v.verifiability}，得分 ${v.score}${k === l.route ? "（采用）" : ""}`);
    const members = l.members.map((id) => byId.get(id)).filter(Boolean).sort((a, b) => a.rank - b.rank).map((m) => el("li", {}, el("button", { type: "button", click: () => select(m, true) }, `${m.rank}　${m.title_zh}　${m.score}`)));
    const found = l.kind === "class" ? [] : l.findings.map((id) => findings[id]).filter(Boolean);
    $("detail").replaceChildren(
      el("h2", {}, l.title_zh),
      el("p", {}, el("span", { class: "tag", colour: COLOURS[l.domain] }, words.domains[l.domain] || l.domain), el("span", { class: "sub" }, `${l.code}　${words.kinds[l.kind]}　序号 ${l.rank}${l.band ? `　${words.bands[l.band]}` : ""}`)),
      ...(l.lanes.length ? [el("p", {}, el("span", { class: "tag lane" }, "优先核查"), l.lanes.join("；"))] : []),
      el("dl", {}, pairs.filter(([, v]) => v).flatMap(([k, v]) => [el("dt", {}, k), el("dd", {}, v)])),
      ...(found.length ? section(`情况与来源（${found.length}）`, ...found.map(finding)) : []),
      ...(members.length ? section(`成员线索（${l.members.length}）`, el("ul", { class: "links" }, members)) : []),
      ...section("得分", el("p", {}, el("span", { class: "total" }, l.score), el("span", { class: "sub" }, " / 100")), el("div", { class: "parts" }, parts), list(routes)),
      ...section("评分理由", list(l.reasons)),
      ...section("待补充（可提高评分）", list(l.missing)),
      ...section("核实要点", list(l.verify, "ol")),
      ...section("法律依据（按事实发生日适用的版本）", l.basis.length ? el("ul", {}, l.basis.map((i) => el("li", {}, cited(i)))) : el("p", {}, "无")),
      ...section("下一步", list(l.steps.map(next_step), "ol")),
      el("div", { class: "noprint" }, el("h3", {}, "处理意见"), decision_form(l)),
    );
    $("detail").scrollTop = 0;
  }
  function overview() {
    const head = ["模型", "状态", "总数", "命中", "须复核", "已排除", "未知", "未发现"];
    const counts = ["population", "hit", "review", "dropped", "unknown", "clear"];
    const percent = (share) => `${(100 * Number(share)).toFixed(1)}%`;
    const known = (v) => v !== null && v !== undefined;
    const trust = ({ share, checked, confirmed, precision }) => [known(share) ? `标出 ${percent(share)}` : null, checked ? `已核查 ${checked} 件、属实 ${confirmed} 件（${percent(precision)}）` : null].filter(Boolean);
    const remarks = (m) => [...(m.state === "computed" ? trust(m.quality) : []), ...(m.local ? [`本地模型 ${m.file}`] : []), ...(m.missing.length ? [`缺：${m.missing.join("、")}`] : []), ...(m.notes || [])];
    const body = run.models.flatMap((m) => [
      el("tr", {}, el("td", {}, m.code), el("td", {}, words.states[m.state] || m.state), counts.map((c) => el("td", { class: "num" }, m.state === "computed" ? String((m.counts || {})[c] ?? "—") : "—"))),
      ...remarks(m).map((t) => el("tr", {}, el("td", { class: "sub", colspan: "8" }, t))),
    ]);
    $("detail").replaceChildren(el("h2", {}, "运行概览"), el("p", {}, "本页由程序筛查得出，所列均为待核查线索，不是对任何人的认定。"),
      ...section(`数据来源（${run.sources.length}）`, list(run.sources.map((s) => `${s.file}：${s.origin}；读入 ${s.rows_read} 行，使用 ${s.rows_used} 行，隔离 ${s.rows_quarantined} 行`))),
      ...section(`模型（${run.models.length}）`, el("table", {}, el("thead", {}, el("tr", {}, head.map((h) => el("th", {}, h)))), el("tbody", {}, body))));
  }

  /* map: plain canvas, degrees scaled by the cosine of the middle latitude */
  const canvas = $("map"), pen = canvas.getContext("2d");
  const shapes = leads.filter((l) => l.geometry).map((l) => ({ lead: l, parts: parts_of(l.geometry) })).filter((s) => s.parts.length);
  function parts_of(g) {
    const c = g.coordinates;
    switch (g.type) {
      case "Point": return [{ kind: 0, rings: [[c]] }];
      case "MultiPoint": return c.map((p) => ({ kind: 0, rings: [[p]] }));
      case "LineString": return [{ kind: 1, rings: [c] }];
      case "MultiLineString": return c.map((r) => ({ kind: 1, rings: [r] }));
      case "Polygon": return c.length ? [{ kind: 2, rings: c }] : [];
      case "MultiPolygon": return c.map((rings) => ({ kind: 2, rings }));
      default: return (g.geometries || []).flatMap(parts_of);
    }
  }
  const DOT = shapes.length > 800 ? 3 : 5;
  const box = (all) => all.reduce((b, s) => { for (const p of s.parts) for (const [x, y] of p.rings[0]) { b[0] = Math.min(b[0], x); b[1] = Math.min(b[1], y); b[2] = Math.max(b[2], x); b[3] = Math.max(b[3], y); } return b; }, [Infinity, Infinity, -Infinity, -Infinity]);
  for (const s of shapes) s.box = box([s]);
  const whole = shapes.length ? box(shapes) : [0, 0, 1, 1];
  const squeeze = Math.cos(((whole[1] + whole[3]) / 2) * Math.PI / 180) || 1;
  let view = { x: 0, y: 0, scale: 1 }, wide = 1, high = 1;
  const toX = (lon) => (lon - view.x) * squeeze * view.scale + wide / 2;
  const toY = (lat) => (view.y - lat) * view.scale + high / 2;
  function fit(b) {
    view.x = (b[0] + b[2]) / 2; view.y = (b[1] + b[3]) / 2;
    const room = Math.min(wide / Math.max((b[2] - b[0]) * squeeze, 1e-4), high / Math.max(b[3] - b[1], 1e-4));
    view.scale = room * 0.85; draw();
  }
  function zoom(factor, px = wide / 2, py = high / 2) {
    const lon = (px - wide / 2) / (squeeze * view.scale) + view.x, lat = view.y - (py - high / 2) / view.scale;
    view.scale = Math.min(Math.max(view.scale * factor, 20), 5e7);
    view.x = lon - (px - wide / 2) / (squeeze * view.scale); view.y = lat + (py - high / 2) / view.scale; draw();
  }
  function nice(rough) { const ten = 10 ** Math.floor(Math.log10(rough)); return [1, 2, 5, 10].map((m) => m * ten).find((v) => v >= rough); }
  function trace(part) {
    pen.beginPath();
    for (const ring of part.rings) {
      if (part.kind === 0) { pen.arc(toX(ring[0][0]), toY(ring[0][1]), DOT, 0, 7); continue; }
      ring.forEach(([x, y], i) => (i ? pen.lineTo(toX(x), toY(y)) : pen.moveTo(toX(x), toY(y))));
      if (part.kind === 2) pen.closePath();
    }
  }
  function paint(s, on) {
    const small = (s.box[2] - s.box[0]) * squeeze * view.scale < 5 && (s.box[3] - s.box[1]) * view.scale < 5;
    const parts = small ? [{ kind: 0, rings: [[[(s.box[0] + s.box[2]) / 2, (s.box[1] + s.box[3]) / 2]]] }] : s.parts;
    pen.strokeStyle = on ? "#c00000" : COLOURS[s.lead.domain] || "#555"; pen.fillStyle = COLOURS[s.lead.domain] || "#555"; pen.lineWidth = on ? 3 : 1.2;
    for (const part of parts) {
      trace(part);
      pen.globalAlpha = part.kind === 2 ? 0.35 : 0.8;
      if (part.kind !== 1) pen.fill("evenodd");
      pen.globalAlpha = 1; pen.stroke();
    }
    if (on) { pen.beginPath(); pen.lineWidth = 1.5; pen.arc(toX((s.box[0] + s.box[2]) / 2), toY((s.box[1] + s.box[3]) / 2), Math.max(12, 8 + (s.box[3] - s.box[1]) * view.scale / 1.6), 0, 7); pen.stroke(); }
  }
  function grid() {
    const gap = nice(110 / view.scale), digits = Math.max(0, Math.ceil(-Math.log10(gap)));
    pen.strokeStyle = "#e3e8e0"; pen.fillStyle = "#8a958c"; pen.lineWidth = 1; pen.font = "11px sans-serif"; pen.textAlign = "left";
    const left = view.x - wide / 2 / squeeze / view.scale, right = view.x + wide / 2 / squeeze / view.scale, low = view.y - high / 2 / view.scale, top = view.y + high / 2 / view.scale;
    for (let v = Math.ceil(left / gap) * gap; v < right; v += gap) { pen.beginPath(); pen.moveTo(toX(v), 0); pen.lineTo(toX(v), high); pen.stroke(); pen.fillText(`${v.toFixed(digits)}°E`, toX(v) + 3, 12); }
    for (let v = Math.ceil(low / gap) * gap; v < top; v += gap) { pen.beginPath(); pen.moveTo(0, toY(v)); pen.lineTo(wide, toY(v)); pen.stroke(); pen.fillText(`${v.toFixed(digits)}°N`, wide - 62, toY(v) - 3); }
  }
  function furniture() {
    const perPx = 111320 / view.scale, metres = nice(perPx * 70), length = metres / perPx;
    pen.fillStyle = "#fffffff0"; pen.fillRect(8, high - 30, length + 16, 24);
    pen.strokeStyle = pen.fillStyle = "#1d2733"; pen.lineWidth = 2; pen.beginPath(); pen.moveTo(16, high - 17); pen.lineTo(16, high - 12); pen.lineTo(16 + length, high - 12); pen.lineTo(16 + length, high - 17); pen.stroke();
    pen.font = "11px sans-serif"; pen.textAlign = "center"; pen.fillText(metres >= 1000 ? `${metres / 1000} km` : `${metres} m`, 16 + length / 2, high - 18);
    const x = wide - 22; pen.beginPath(); pen.moveTo(x, 22); pen.lineTo(x - 7, 44); pen.lineTo(x, 39); pen.lineTo(x + 7, 44); pen.closePath(); pen.fill(); pen.fillText("北", x, 58);
  }
  let asked = false;
  function draw() { if (!asked) { asked = true; requestAnimationFrame(() => { asked = false; render(); }); } }
  function render() {
    pen.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0); pen.clearRect(0, 0, wide, high); grid();
    const visible = new Set(shown), now = selected && selected.kind === "class" ? new Set(selected.members) : new Set(selected ? [selected.lead_id] : []);
    for (const s of shapes) if (visible.has(s.lead) && !now.has(s.lead.lead_id)) paint(s, false);
    for (const s of shapes) if (now.has(s.lead.lead_id)) paint(s, true);
    furniture();
    if (!shapes.length) { pen.textAlign = "center"; pen.fillStyle = "#5b6877"; pen.fillText("没有带坐标的线索", wide / 2, high / 2); }
  }
  function resize() {
    const first = wide === 1; wide = canvas.clientWidth || 1; high = canvas.clientHeight || 1;
    canvas.width = wide * devicePixelRatio; canvas.height = high * devicePixelRatio;
    if (first) fit(whole);
    render(); // at once: a print does not wait for the next frame
  }
  function hit(px, py) {
    let best = null, near = 14;
    for (const s of shapes) {
      if (!shown.includes(s.lead)) continue;
      const inside = px >= toX(s.box[0]) && px <= toX(s.box[2]) && py <= toY(s.box[1]) && py >= toY(s.box[3]);
      const away = inside ? 0 : Math.hypot(toX((s.box[0] + s.box[2]) / 2) - px, toY((s.box[1] + s.box[3]) / 2) - py);
      if (away < near) { near = away; best = s.lead; }
    }
    return best;
  }
  let held = null;
  canvas.addEventListener("pointerdown", (e) => { held = { x: e.offsetX, y: e.offsetY, moved: false }; canvas.setPointerCapture(e.pointerId); });
  canvas.addEventListener("pointermove", (e) => {
    if (!held) return;
    const dx = e.offsetX - held.x, dy = e.offsetY - held.y;
    if (!held.moved && Math.hypot(dx, dy) < 4) return;
    view.x -= dx / squeeze / view.scale; view.y += dy / view.scale; held = { x: e.offsetX, y: e.offsetY, moved: true }; draw();
  });
  canvas.addEventListener("pointerup", (e) => { if (held && !held.moved) { const l = hit(e.offsetX, e.offsetY); if (l) select(l, true); } held = null; });
  canvas.addEventListener("wheel", (e) => { e.preventDefault(); zoom(Math.exp(-e.deltaY / 400), e.offsetX, e.offsetY); }, { passive: false });
  canvas.addEventListener("dblclick", () => { const s = shapes.find((t) => t.lead === selected); if (s) fit(s.box); });

  /* wiring */
  $("about").textContent = [run.name, `基准日 ${run.as_of}`, `线索 ${data.total} 件`, `模型 ${run.models.filter((m) => m.state === "computed").length} 个已计算、${run.models.filter((m) => m.state === "not_computable").length} 个无法计算`].filter(Boolean).join("　·　");
  const domains = [...new Set(leads.map((l) => l.domain))];
  $("domain").append(...domains.map((d) => el("option", { value: d }, words.domains[d] || d)));
  $("state").append(...Object.entries({ ...words.decisions, none: "未处理" }).map(([k, zh]) => el("option", { value: k }, zh)));
  $("legend").append(...domains.map((d) => el("li", {}, el("i", { colour: COLOURS[d] }), words.domains[d] || d)));
  for (const th of document.querySelectorAll("th[data-sort]")) th.firstElementChild.addEventListener("click", () => {
    order = { by: th.dataset.sort, down: order.by === th.dataset.sort ? !order.down : th.dataset.sort === "score" };
    for (const o of document.querySelectorAll("th[data-sort]")) o.removeAttribute("aria-sort");
    th.setAttribute("aria-sort", order.down ? "descending" : "ascending"); list_leads();
  });
  $("search").addEventListener("input", list_leads);
  $("domain").addEventListener("change", list_leads);
  $("state").addEventListener("change", list_leads);
  $("scroll").addEventListener("scroll", () => { const s = $("scroll"); if (s.scrollTop + s.clientHeight > s.scrollHeight - 400) more(); });
  $("rows").addEventListener("keydown", (e) => {
    if (e.key === "ArrowDown" || e.key === "ArrowUp") { e.preventDefault(); step(e.key === "ArrowDown" ? 1 : -1); }
    else if (e.key === "Enter") { const l = byId.get(e.target.dataset.leadId); if (l) select(l); }
  });
  $("overview").addEventListener("click", overview);
  $("print").addEventListener("click", () => window.print());
  $("export").addEventListener("click", exportDecisions);
  $("zoomin").addEventListener("click", () => zoom(1.6));
  $("zoomout").addEventListener("click", () => zoom(1 / 1.6));
  $("fit").addEventListener("click", () => fit(whole));
  new ResizeObserver(resize).observe(canvas);
  list_leads(); tally(); resize();
  if (leads.length) select(leads[0]); else overview();
  render();
  document.documentElement.dataset.ready = "1";
})().catch((error) => {
  document.getElementById("detail").textContent = `本页无法在此浏览器中显示（${error.message}）。请使用较新的浏览器，或打开同一文件夹的 leads.xlsx。`;
});
