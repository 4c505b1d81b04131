const STEP = 40, ZOOM = 1.25, CLOSEST = 12, BLINK_MS = 700; // slower than the three flashes a second of WCAG 2.3.1

const times = (p, q) => [ // 2 x 3 matrices as CSS writes them: a b c d e f
  p[0] * q[0] + p[2] * q[1], p[1] * q[0] + p[3] * q[1],
  p[0] * q[2] + p[2] * q[3], p[1] * q[2] + p[3] * q[3],
  p[0] * q[4] + p[2] * q[5] + p[4], p[1] * q[4] + p[3] * q[5] + p[5],
];

class Comparison {
  constructor(root) {
    this.root = root;
    this.one = (name) => root.querySelector(name);
    this.all = (name) => [...root.querySelectorAll(name)];
    this.mode = "side";
    this.pointers = new Map();
    this.isPaused = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.listen();
    new ResizeObserver(() => this.draw()).observe(this.one(".stage"));
  }

  show(data) {
    const said = [data.earlier.source, data.later.source, data.earlier.label, data.later.label, String(data.matrix)];
    const isSame = this.data && said.every((value, i) => value === this.said[i]);
    this.said = said;
    this.data = data;
    if (isSame) return this.setMode(this.mode); // another part of the page was run again: the view stays
    for (const [name, visit] of [["earlier", data.earlier], ["later", data.later]]) {
      for (const image of this.all(`img.${name}`)) {
        image.src = visit.source;
        image.alt = visit.label;
        image.style.width = `${visit.width}px`;
        image.style.height = `${visit.height}px`;
      }
    }
    this.one(".mix .left").textContent = "Earlier";
    this.one(".mix .right").textContent = "Later";
    this.root.dataset.canAlign = data.matrix ? "yes" : "no";
    this.reset();
    this.setMode(this.mode);
  }

  listen() {
    for (const radio of this.all(".modes input")) radio.addEventListener("change", () => this.setMode(radio.value));
    this.one(".aligned").addEventListener("change", () => this.draw());
    this.one(".mix input").addEventListener("input", () => this.draw());
    this.one(".in").addEventListener("click", () => this.zoom(ZOOM));
    this.one(".out").addEventListener("click", () => this.zoom(1 / ZOOM));
    this.one(".reset").addEventListener("click", () => this.reset());
    this.one(".pause").addEventListener("click", () => { this.isPaused = !this.isPaused; this.setMode(this.mode); });
    this.one(".switch").addEventListener("click", () => this.toggle());
    for (const pane of this.all(".pane")) {
      pane.addEventListener("keydown", (event) => this.press(event));
      pane.addEventListener("pointerdown", (event) => this.grab(pane, event));
      pane.addEventListener("pointermove", (event) => this.drag(event));
      for (const end of ["pointerup", "pointercancel"]) pane.addEventListener(end, (event) => this.drop(pane, event));
      pane.addEventListener("wheel", (event) => this.wheel(pane, event), { passive: false });
    }
  }

  setMode(mode) {
    this.mode = this.root.dataset.mode = mode;
    this.stop();
    this.root.classList.remove("is-earlier");
    const isBlinking = mode === "blink" && !this.isPaused;
    if (isBlinking) this.timer = setInterval(() => this.toggle(), BLINK_MS);
    this.one(".pause").textContent = this.isPaused ? "Blink" : "Pause";
    this.draw();
  }

  stop() { clearInterval(this.timer); }

  toggle() { this.root.classList.toggle("is-earlier"); this.tag(); }

  tag() {
    const isLater = this.mode === "blink" && !this.root.classList.contains("is-earlier");
    this.one(".first .tag").textContent = (isLater ? this.data.later : this.data.earlier).label;
    this.one(".second .tag").textContent = this.data.later.label;
  }

  reset() {
    this.factor = 1;
    this.centre = [this.data.earlier.width / 2, this.data.earlier.height / 2];
    this.draw();
  }

  zoom(by) { this.factor = Math.min(CLOSEST, Math.max(1, this.factor * by)); this.move(0, 0); }

  move(x, y) {
    const scale = this.scale() * this.factor, size = [this.data.earlier.width, this.data.earlier.height];
    this.centre = this.centre.map((at, i) => Math.min(size[i], Math.max(0, at + [x, y][i] / scale)));
    this.draw();
  }

  press(event) {
    const steps = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key in steps) this.move(...steps[event.key]);
    else if (event.key === "+" || event.key === "=") this.zoom(ZOOM);
    else if (event.key === "-") this.zoom(1 / ZOOM);
    else if (event.key === "0") this.reset();
    else if (event.key === " " && this.mode === "blink") this.toggle();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  grab(pane, event) {
    pane.setPointerCapture(event.pointerId);
    pane.classList.add("moving");
    this.pointers.set(event.pointerId, [event.clientX, event.clientY]);
  }

  drag(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const spread = this.spread();
    this.pointers.set(event.pointerId, [event.clientX, event.clientY]);
    if (spread) this.zoom(this.spread() / spread);
    this.move((before[0] - event.clientX) / this.pointers.size, (before[1] - event.clientY) / this.pointers.size);
  }

  drop(pane, event) { this.pointers.delete(event.pointerId); pane.classList.remove("moving"); }

  spread() {
    const [one, two] = [...this.pointers.values()];
    return two ? Math.hypot(one[0] - two[0], one[1] - two[1]) || 1 : 0;
  }

  wheel(pane, event) { // the page keeps scrolling unless the picture was chosen
    if (!event.ctrlKey && pane.getRootNode().activeElement !== pane) return;
    event.preventDefault();
    this.zoom(event.deltaY < 0 ? ZOOM : 1 / ZOOM);
  }

  scale() {
    const pane = this.one(".first"), earlier = this.data.earlier;
    return Math.min(pane.clientWidth / earlier.width, pane.clientHeight / earlier.height) || 1;
  }

  laid() { // from a later pixel to an earlier one: as registered, or just made to fit the same frame
    const { earlier, later, matrix } = this.data;
    if (matrix && this.one(".aligned").checked) return matrix;
    const fit = Math.min(earlier.width / later.width, earlier.height / later.height);
    return [fit, 0, 0, fit, (earlier.width - fit * later.width) / 2, (earlier.height - fit * later.height) / 2];
  }

  draw() {
    if (!this.data) return;
    const pane = this.one(".first"), scale = this.scale() * this.factor;
    const view = [scale, 0, 0, scale, pane.clientWidth / 2 - scale * this.centre[0], pane.clientHeight / 2 - scale * this.centre[1]];
    const css = (matrix) => `matrix(${matrix.map((value) => value.toFixed(6)).join(", ")})`;
    for (const image of this.all("img.earlier")) image.style.transform = css(view);
    for (const image of this.all("img.later")) image.style.transform = css(times(view, this.laid()));
    const share = this.mode === "slider" ? Number(this.one(".mix input").value) : 0;
    this.one(".over").style.clipPath = `inset(0 0 0 ${share}%)`;
    this.one(".edge").style.left = `calc(${share}% - 1px)`;
    this.one(".level").textContent = `${Math.round(100 * this.factor)}%`;
    this.tag();
  }
}

export default function ({ parentElement, data }) {
  const root = parentElement.querySelector(".compare");
  root.comparison ??= new Comparison(root);
  root.comparison.show(data);
  return () => root.comparison.stop();
}
