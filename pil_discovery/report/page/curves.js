/* curves: an index of the ground over time, with the interval that the finding names */
const drawn = (tag, props, text) => { const node = document.createElementNS(SVG, tag); for (const [k, v] of Object.entries(props)) node.setAttribute(k, String(v)); if (text) node.textContent = text; return node; };
const dayOf = (text) => Date.parse(`${text}T00:00:00Z`) / 864e5;
const LEAST_SPAN = 0.6;
function curve(c) {
  const wide = 560, high = 190, left = 44, right = 12, top = 10, foot = 26;
  const days = c.points.map((p) => dayOf(p[0])), seen = c.points.filter((p) => p[1] !== null);
  const edges = [...days, ...(c.interval || []).map(dayOf)], first = Math.min(...edges), last = Math.max(...edges, first + 1);
  const values = seen.map((p) => p[1]), centre = (Math.min(...values) + Math.max(...values)) / 2, span = Math.max(LEAST_SPAN, (Math.max(...values) - Math.min(...values)) * 1.2);
  const x = (day) => left + ((day - first) / (last - first)) * (wide - left - right), y = (value) => top + ((centre + span / 2 - value) / span) * (high - top - foot);
  const name = english ? c.en : c.zh, told = seen.map((p) => `${p[0]} ${p[1].toFixed(2)}${p[2] ? "" : t("hidden_ground")}`).join("，");
  const svg = drawn("svg", { viewBox: `0 0 ${wide} ${high}`, role: "img", "aria-label": `${name}${c.interval ? `，${t("interval")} ${c.interval.join(" – ")}` : ""}` });
  if (c.interval) {
    const [from, to] = c.interval.map((d) => x(dayOf(d)));
    svg.append(drawn("rect", { class: "interval", x: Math.max(left, from - 1.5), y: top, width: Math.max(3, to - from), height: high - top - foot }));
  }
  for (let v = Math.ceil((centre - span / 2) * 5) / 5; v <= centre + span / 2 + 1e-9; v += 0.2) svg.append(drawn("line", { class: "rung", x1: left, x2: wide - right, y1: y(v), y2: y(v) }), drawn("text", { x: left - 6, y: y(v) + 4, "text-anchor": "end" }, v.toFixed(1).replace("-0.0", "0.0")));
  const taken = [], label = (n) => { const at = Math.min(wide - 32, Math.max(left + 24, x(days[n]))); if (taken.every((o) => Math.abs(o - at) > 66)) { taken.push(at); svg.append(drawn("text", { x: at, y: high - 8, "text-anchor": "middle" }, c.points[n][0])); } };
  [c.points.length - 1, 0, ...c.points.keys()].forEach(label);
  for (const day of days) svg.append(drawn("line", { class: "tick", x1: x(day), x2: x(day), y1: high - foot, y2: high - foot + 5 }));
  const clear = seen.filter((p) => p[2]);
  svg.append(drawn("polyline", { class: "path", points: clear.map((p) => `${x(dayOf(p[0])).toFixed(1)},${y(p[1]).toFixed(1)}`).join(" ") }));
  for (const p of seen) { const dot = drawn("circle", { class: p[2] ? "dot" : "dot hollow", cx: x(dayOf(p[0])).toFixed(1), cy: y(p[1]).toFixed(1), r: 4 }); dot.append(drawn("title", {}, `${p[0]}　${p[1].toFixed(4)}${p[2] ? "" : t("hidden_ground")}`)); svg.append(dot); }
  return el("figure", { class: "curve" }, el("figcaption", {}, el("b", {}, name), c.interval ? el("span", { class: "sub" }, `　▨ ${t("interval")} ${c.interval[0] === c.interval[1] ? c.interval[0] : c.interval.join(" – ")}`) : null, c.points.some((p) => !p[2]) ? el("span", { class: "sub" }, `　○ ${t("hollow")}`) : null), svg, el("details", {}, el("summary", { class: "sub" }, t("values")), el("p", { class: "sub num" }, told)));
}
