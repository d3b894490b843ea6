/* map: Leaflet moves and zooms; one canvas of our own draws, without WebGL or tiles */
const UNIT = 1e-6;
const worldX = (lon) => ((lon + 180) / 360) * 256;
const worldY = (lat) => { const s = Math.sin((lat * Math.PI) / 180); return (0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI)) * 256; };
/* flat differences → places on the world at zoom 0 */
function unfold(lines) {
  return lines.map((flat) => {
    const out = new Float64Array(flat.length);
    let x = 0, y = 0;
    for (let i = 0; i < flat.length; i += 2) { x += flat[i]; y += flat[i + 1]; out[i] = worldX(x * UNIT); out[i + 1] = worldY(y * UNIT); }
    return out;
  });
}
function boxOf(lines) {
  const b = [Infinity, Infinity, -Infinity, -Infinity];
  for (const line of lines) for (let i = 0; i < line.length; i += 2) { b[0] = Math.min(b[0], line[i]); b[1] = Math.min(b[1], line[i + 1]); b[2] = Math.max(b[2], line[i]); b[3] = Math.max(b[3], line[i + 1]); }
  return b;
}
const figure = (encoded) => { const lines = unfold(encoded.slice(1)); return { kind: encoded[0], lines, box: boxOf(lines) }; };
for (const l of leads) if (l.shape) l.shape = figure(l.shape);
const placed = leads.filter((l) => l.shape);
const BASE = ["#3d6fa5", "#4f7f52", "#7a5c99", "#8a6d1f", "#2f7f86", "#8a5a4a", "#5d6b7a", "#a0577c"];
const DASHES = [[], [8, 4], [2, 3], [10, 3, 2, 3], [14, 5], [5, 5]];
const base = data.base.map((b, i) => ({ ...b, on: true, colour: BASE[i % BASE.length], dash: DASHES[i % DASHES.length], shapes: b.features.map((f) => ({ name: f[0], ...figure(f.slice(1)) })) }));
data.base = null;
const grow = (a, b) => [Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3])];
const whole = [...placed.map((l) => l.shape), ...(placed.length ? [] : base.flatMap((b) => b.shapes))].reduce((b, s) => grow(b, s.box), [Infinity, Infinity, -Infinity, -Infinity]);
const mapView = L.map("map", { attributionControl: false, zoomControl: false, zoomSnap: 0.25, zoomDelta: 0.75, zoomAnimation: false, fadeAnimation: false, inertia: false, minZoom: 3, maxZoom: 20, worldCopyJump: false });
L.control.scale({ imperial: false, position: "bottomleft", maxWidth: 110 }).addTo(mapView);
const lonOf = (x) => (x / 256) * 360 - 180;
const latOf = (y) => (Math.atan(Math.sinh(Math.PI * (1 - (2 * y) / 256))) * 180) / Math.PI;
const boundsOf = (b) => L.latLngBounds([latOf(b[3]), lonOf(b[0])], [latOf(b[1]), lonOf(b[2])]);
const screen = el("canvas", { class: "leaflet-zoom-hide" });
mapView.getPanes().overlayPane.append(screen);
let asked = false;
function drawMap() { if (!asked) { asked = true; requestAnimationFrame(() => { asked = false; paintMap(); }); } }
function fitWhole() { if (whole[0] < Infinity) mapView.fitBounds(boundsOf(whole), { padding: [24, 24], maxZoom: 17, animate: false }); else mapView.setView([35, 105], 4, { animate: false }); }
function shapeBox(l) { return (l.kind === "class" ? l.members.map((m) => leads[m]) : [l]).filter((m) => m.shape).reduce((b, m) => grow(b, m.shape.box), [Infinity, Infinity, -Infinity, -Infinity]); }
function showOnMap(l) {
  const box = shapeBox(l);
  if (box[0] < Infinity && !mapView.getBounds().pad(-0.1).contains(boundsOf(box))) mapView.panTo(boundsOf(box).getCenter(), { animate: false });
  drawMap();
}
function goTo(l) { const box = shapeBox(l); if (box[0] < Infinity) mapView.fitBounds(boundsOf(box).pad(0.8), { maxZoom: 17, animate: false }); }

/* the same painting serves the screen and the printed sheet */
function trace(pen, s, at) {
  pen.beginPath();
  for (const line of s.lines) {
    for (let i = 0; i < line.length; i += 2) { const x = (line[i] - at.x) * at.k, y = (line[i + 1] - at.y) * at.k; if (i) pen.lineTo(x, y); else pen.moveTo(x, y); }
    if (s.kind === "a") pen.closePath();
  }
}
const inSight = (b, at) => (b[2] - at.x) * at.k > -20 && (b[0] - at.x) * at.k < at.wide + 20 && (b[3] - at.y) * at.k > -20 && (b[1] - at.y) * at.k < at.high + 20;
const middle = (b, at) => [((b[0] + b[2]) / 2 - at.x) * at.k, ((b[1] + b[3]) / 2 - at.y) * at.k];
function grid(pen, at) {
  const lonGap = nice((lonOf(110 / at.k) - lonOf(0))), digits = Math.max(0, Math.ceil(-Math.log10(lonGap)));
  pen.strokeStyle = "#e2e7e0"; pen.fillStyle = "#6a746c"; pen.lineWidth = 1; pen.font = "11px sans-serif"; pen.textAlign = "left"; pen.setLineDash([]);
  const west = lonOf(at.x), east = lonOf(at.x + at.wide / at.k), north = latOf(at.y), south = latOf(at.y + at.high / at.k);
  for (let v = Math.ceil(west / lonGap) * lonGap; v < east; v += lonGap) { const x = (worldX(v) - at.x) * at.k; pen.beginPath(); pen.moveTo(x, 0); pen.lineTo(x, at.high); pen.stroke(); if (x > at.right + 64) pen.fillText(`${v.toFixed(digits)}°E`, x + 3, at.top + 11); }
  for (let v = Math.ceil(south / lonGap) * lonGap; v < north; v += lonGap) { const y = (worldY(v) - at.y) * at.k; pen.beginPath(); pen.moveTo(0, y); pen.lineTo(at.wide, y); pen.stroke(); pen.fillText(`${v.toFixed(digits)}°N`, at.wide - at.right - 58, y - 3); }
}
function nice(rough) { const ten = 10 ** Math.floor(Math.log10(rough)); return [1, 2, 5, 10].map((m) => m * ten).find((v) => v >= rough); }
function paintBase(pen, at) {
  for (const b of base) {
    if (!b.on) continue;
    pen.strokeStyle = pen.fillStyle = b.colour; pen.lineWidth = 1.2; pen.setLineDash(b.dash);
    for (const s of b.shapes) {
      if (!inSight(s.box, at)) continue;
      trace(pen, s, at);
      if (s.kind === "a") { pen.globalAlpha = 0.07; pen.fill("evenodd"); }
      pen.globalAlpha = 0.85; pen.stroke();
    }
  }
  pen.globalAlpha = 1; pen.setLineDash([]); pen.font = "11px \"Microsoft YaHei\", \"Noto Sans CJK SC\", sans-serif"; pen.textAlign = "center"; pen.lineWidth = 3; pen.strokeStyle = "#ffffffd0";
  let room = 40; const taken = [];
  for (const b of base) for (const s of b.on ? b.shapes : []) {
    if (!room || !s.name || !inSight(s.box, at)) continue;
    const size = Math.max(s.box[2] - s.box[0], s.box[3] - s.box[1]) * at.k, wide = pen.measureText(s.name).width;
    const [x, y] = middle(s.box, at);
    if (size < wide * 1.1 || size > 3 * at.wide || taken.some((o) => Math.abs(o[0] - x) < (o[2] + wide) / 2 && Math.abs(o[1] - y) < 14)) continue;
    taken.push([x, y, wide]); room -= 1;
    pen.fillStyle = b.colour; pen.strokeText(s.name, x, y); pen.fillText(s.name, x, y);
  }
}
function paintLead(pen, l, at, on) {
  const s = l.shape, colour = colourOf(l.domain);
  if (!inSight(s.box, at)) return;
  const size = Math.max(s.box[2] - s.box[0], s.box[3] - s.box[1]) * at.k, opinion = decisionOf(l).decision;
  pen.strokeStyle = on ? "#c00000" : colour; pen.fillStyle = colour; pen.lineWidth = on ? 3 : 1.4;
  if (size >= 7 && s.kind !== "p") {
    trace(pen, s, at);
    if (s.kind === "a") { pen.globalAlpha = opinion === "reject" ? 0.08 : 0.35; pen.fill("evenodd"); pen.globalAlpha = 1; }
    pen.stroke();
  } else {
    const points = s.kind === "p" ? s.lines.map((line) => [(line[0] - at.x) * at.k, (line[1] - at.y) * at.k]) : [middle(s.box, at)];
    for (const [x, y] of points) {
      pen.beginPath(); pen.arc(x, y, placed.length > 800 ? 3.5 : 5, 0, 7);
      pen.globalAlpha = opinion === "reject" ? 0.25 : 0.8; pen.fill(); pen.globalAlpha = 1;
      pen.strokeStyle = on ? "#c00000" : "#fff"; pen.lineWidth = on ? 3 : 1; pen.stroke();
    }
  }
  if (on) { const [x, y] = middle(s.box, at); pen.strokeStyle = "#c00000"; pen.lineWidth = 1.6; pen.beginPath(); pen.arc(x, y, Math.max(13, size / 1.5 + 6), 0, 7); pen.stroke(); }
}
function paintAll(pen, at, some) {
  pen.clearRect(0, 0, at.wide, at.high); pen.fillStyle = "#fbfcfa"; pen.fillRect(0, 0, at.wide, at.high);
  grid(pen, at); paintBase(pen, at);
  const chosen = new Set(selected ? (selected.kind === "class" ? selected.members.map((m) => leads[m]) : [selected]) : []);
  for (let i = some.length - 1; i >= 0; i -= 1) if (some[i].shape && !chosen.has(some[i])) paintLead(pen, some[i], at, false);
  for (const l of chosen) if (l.shape) paintLead(pen, l, at, true);
}
function sight() {
  const size = mapView.getSize(), edge = Math.round(Math.max(size.x, size.y) * 0.15), origin = mapView.containerPointToLayerPoint([0, 0]);
  const corner = mapView.getPixelOrigin().add(origin), k = 2 ** mapView.getZoom();
  return { wide: size.x + 2 * edge, high: size.y + 2 * edge, edge, top: edge, right: edge, k, x: (corner.x - edge) / k, y: (corner.y - edge) / k, origin };
}
function paintMap() {
  const at = sight(), ratio = window.devicePixelRatio || 1;
  if (!at.wide || !at.high) return;
  screen.width = at.wide * ratio; screen.height = at.high * ratio;
  screen.style.width = `${at.wide}px`; screen.style.height = `${at.high}px`;
  L.DomUtil.setPosition(screen, at.origin.subtract([at.edge, at.edge]));
  const pen = screen.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  paintAll(pen, at, shown);
}
/* a sheet has its own extent: the lead and about two kilometres around it */
function sheetMap(l) {
  const box = shapeBox(l);
  if (box[0] === Infinity) return null;
  const wide = 680, high = 330, metre = 256 / (40075016.7 * Math.cos((latOf((box[1] + box[3]) / 2) * Math.PI) / 180));
  const k = Math.min(wide / Math.max((box[2] - box[0]) * 1.6, 1200 * metre), high / Math.max((box[3] - box[1]) * 1.6, 700 * metre));
  const at = { wide, high, top: 0, right: 0, k, x: (box[0] + box[2]) / 2 - wide / 2 / k, y: (box[1] + box[3]) / 2 - high / 2 / k };
  const sheet = el("canvas", { class: "sheet", width: String(wide * 2), height: String(high * 2), role: "img", "aria-label": t("map") }), pen = sheet.getContext("2d");
  pen.setTransform(2, 0, 0, 2, 0, 0); paintAll(pen, at, shown);
  const long = nice(90 / k / metre / 2), px = long * metre * k;
  pen.fillStyle = "#fffffff0"; pen.fillRect(6, high - 30, px + 20, 26);
  pen.strokeStyle = pen.fillStyle = "#1d2733"; pen.lineWidth = 2; pen.beginPath(); pen.moveTo(16, high - 15); pen.lineTo(16, high - 9); pen.lineTo(16 + px, high - 9); pen.lineTo(16 + px, high - 15); pen.stroke();
  pen.font = "11px sans-serif"; pen.textAlign = "center"; pen.fillText(long >= 1000 ? `${long / 1000} km` : `${long} m`, 16 + px / 2, high - 16);
  const x = wide - 22; pen.beginPath(); pen.moveTo(x, 14); pen.lineTo(x - 7, 36); pen.lineTo(x, 31); pen.lineTo(x + 7, 36); pen.closePath(); pen.fill(); pen.fillText(t("north"), x, 50);
  return sheet;
}
function leadAt(point) {
  const at = sight(), x = point.x + at.edge, y = point.y + at.edge;
  let best = null, near = 14;
  for (const l of shown) {
    if (!l.shape) continue;
    const b = l.shape.box, inside = x >= (b[0] - at.x) * at.k && x <= (b[2] - at.x) * at.k && y >= (b[1] - at.y) * at.k && y <= (b[3] - at.y) * at.k;
    const [mx, my] = middle(b, at), away = inside ? Math.min(6, Math.hypot(mx - x, my - y)) : Math.hypot(mx - x, my - y);
    if (away < near) { near = away; best = l; }
  }
  return best;
}
mapView.on("moveend zoomend resize", paintMap);
mapView.on("click", (e) => { const l = leadAt(e.containerPoint); if (l) select(l, { scroll: true, move: false }); });
mapView.on("mousemove", (e) => {
  const l = leadAt(e.containerPoint), tip = $("tip");
  tip.hidden = !l;
  if (l) { tip.textContent = `${l.rank}　${titleOf(l).who}`; tip.style.left = `${Math.min(e.containerPoint.x + 12, mapView.getSize().x - 220)}px`; tip.style.top = `${e.containerPoint.y + 14}px`; }
  $("map").style.cursor = l ? "pointer" : "";
});
mapView.on("mouseout", () => { $("tip").hidden = true; });
function fillLegend() {
  $("domains").replaceChildren(...counted(placed.map((l) => l.domain)).map(([d, n]) => el("li", {}, el("i", { colour: colourOf(d) }), `${domainName(d)} ${n}`)));
  const swatch = (b) => { const c = el("canvas", { width: "26", height: "10", "aria-hidden": "true" }), pen = c.getContext("2d"); pen.strokeStyle = b.colour; pen.lineWidth = 2; pen.setLineDash(b.dash); pen.strokeRect(1, 1, 24, 8); return c; };
  $("layers").querySelector("ul").replaceChildren(...base.map((b) => {
    const box = el("input", { type: "checkbox", checked: b.on });
    box.addEventListener("change", () => { b.on = box.checked; drawMap(); });
    return el("li", {}, el("label", {}, box, swatch(b), `${(english && b.en) || b.zh} ${b.features.length < b.total ? `${b.features.length}/` : ""}${b.total}`));
  }), ...(base.length ? [] : [el("li", { class: "sub" }, t("no_base"))]));
}
