/* pictures: two dates under one slider, all dates in a strip, side by side on paper */
const SVG = "http://www.w3.org/2000/svg";
const source = (shot) => `data:image/webp;base64,${shot[3]}`;
function outline(album) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 1000 1000"); svg.setAttribute("aria-hidden", "true");
  for (const ring of album.ring) for (const [width, colour] of [[16, "#ffffff"], [8, "#d7191c"]]) {
    const line = document.createElementNS(SVG, "polygon");
    line.setAttribute("points", ring.map((p) => p.join(",")).join(" ")); line.setAttribute("fill", "none"); line.setAttribute("stroke", colour); line.setAttribute("stroke-width", String(width));
    svg.append(line);
  }
  return svg;
}
const frame = (album, shot, words_) => el("figure", {}, el("div", { class: "shot" }, el("img", { src: source(shot), alt: `${words_} ${shot[0]} ${shot[1]}` }), outline(album)), el("figcaption", {}, `${words_} ${shot[0]}`));
function pictures(album) {
  const shots = album.shots; let left = 0, right = shots.length > 2 ? shots.length - 2 : shots.length - 1;
  if (shots.length > 2) right = shots.length - 1;
  const under = el("img", { class: "under" }), over = el("img", { class: "over" }), said = el("p", { class: "dates" });
  const range = el("input", { type: "range", min: "0", max: "100", value: "50", "aria-label": t("swipe"), id: "swipe" });
  const rule = el("span", { class: "rule" });
  const cut = () => { over.style.clipPath = `inset(0 ${100 - range.value}% 0 0)`; rule.style.left = `${range.value}%`; };
  const strip = el("div", { class: "strip", role: "group", "aria-label": t("strip") });
  const pick = (name, get, set) => { const box = el("select", { "aria-label": t(name) }, shots.map((s, i) => el("option", { value: String(i) }, s[0]))); box.addEventListener("change", () => { set(Number(box.value)); show(); }); box.refresh = () => { box.value = String(get()); }; return box; };
  const boxes = [pick("left", () => left, (v) => { left = v; }), pick("right", () => right, (v) => { right = v; })];
  function show() {
    over.src = source(shots[left]); under.src = source(shots[right]);
    over.alt = `${t("left")} ${shots[left][0]}`; under.alt = `${t("right")} ${shots[right][0]}`;
    for (const b of boxes) b.refresh();
    for (const b of strip.children) b.setAttribute("aria-pressed", String(Number(b.dataset.shot) === right));
  }
  strip.append(...shots.map((s, i) => el("button", { type: "button", "data-shot": String(i), title: `${s[1]} ${s[2]}`, click: () => { right = i; show(); } }, el("img", { src: source(s), alt: "" }), s[0])));
  range.addEventListener("input", cut); cut(); show();
  said.append(t("left"), " ", boxes[0], " ", t("right"), " ", boxes[1], `　${t("side")} ${Math.round(album.side)} m`);
  return [
    el("div", { class: "swipe noprint" }, el("div", { class: "shot" }, under, over, outline(album), rule), range, said),
    shots.length > 2 ? strip : null,
    el("div", { class: "printpair" }, frame(album, shots[left], t("before")), frame(album, shots[right], t("after"))),
    el("p", { class: "sub" }, `${t("outline")}；${shots.map((s) => s[2]).filter((v, i, a) => a.indexOf(v) === i).join("、")}`),
  ];
}
