// Loci, Apache License 2.0.

// The map: points on one canvas, and what is drawn over them on another.
class MapView {
  // options: points; onPick(point), onHover(point or -1, x, y), onFrame(), drawOver(context, view): after each drawing of the points.
  constructor(points, options) {
    this.points = points;
    this.options = options;
    this.grid = new Points.Grid(points.x, points.y);
    this.colours = Colours.byField(null, points.count);
    this.shown = null;
    this.isDimmed = false;
    this.hovered = -1;
    this.isFitted = true;
    this.isKeyed = false;
    this.stats = { frames: 0, drawn: 0, looked: 0 };
    this.base = Elements.element("canvas", { class: "points", "aria-hidden": "true" });
    this.over = Elements.element("canvas", {
      class: "over", tabindex: 0, role: "application", "aria-label": this.label(),
      "aria-describedby": "map-keys",
    });
    this.element = Elements.element("div", { class: "map", id: "map" }, this.base, this.over);
    this.pointers = new Map();
    this.listen();
    new ResizeObserver(() => this.resize()).observe(this.element);
  }

  label() {
    return `Map of ${Format.plural(this.points.count, "vector")}. Arrows move it, plus and minus zoom, Enter picks the vector in the middle.`;
  }

  // Fits all points in, with room around them.
  fit() {
    const { left, right, bottom, top } = this.grid.bounds;
    const [width, height] = [Math.max(right - left, 1e-30), Math.max(top - bottom, 1e-30)];
    const scale = Math.min((this.width - 72) / width, (this.height - 72) / height);
    this.fitted = scale > 0 && Number.isFinite(scale) ? scale : 1;
    this.scale = this.fitted;
    this.left = this.width / 2 - (this.scale * (left + right)) / 2;
    this.top = this.height / 2 + (this.scale * (bottom + top)) / 2;
    this.isFitted = true;
    this.redraw();
  }

  // Brings all of some places into sight, with room around them.
  frame(places) {
    if (places.length === 0) return;
    const [xs, ys] = [places.map(({ x }) => x), places.map(({ y }) => y)];
    const [left, right, bottom, top] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    const wanted = Math.min((this.width - 120) / Math.max(right - left, 1e-30), (this.height - 120) / Math.max(top - bottom, 1e-30));
    this.scale = Math.min(Math.max(wanted, this.fitted / 4), this.fitted * 256);
    this.left = this.width / 2 - (this.scale * (left + right)) / 2;
    this.top = this.height / 2 + (this.scale * (bottom + top)) / 2;
    this.isFitted = false;
    this.redraw();
  }

  resize() {
    const { clientWidth, clientHeight } = this.element;
    if (clientWidth === 0 || clientHeight === 0 || (clientWidth === this.width && clientHeight === this.height)) return;
    const [oldWidth, oldHeight] = [this.width ?? 0, this.height ?? 0];
    [this.width, this.height] = [clientWidth, clientHeight];
    this.ratio = Math.min(window.devicePixelRatio || 1, 2);
    for (const canvas of [this.base, this.over]) {
      canvas.width = Math.round(this.width * this.ratio);
      canvas.height = Math.round(this.height * this.ratio);
    }
    this.image = this.base.getContext("2d", { alpha: false }).createImageData(this.base.width, this.base.height);
    if (this.isFitted) {
      this.fit();
    } else {
      this.left += (this.width - oldWidth) / 2;
      this.top += (this.height - oldHeight) / 2;
    }
    // A canvas of another size is empty, and would be seen so until the next frame.
    this.draw();
  }

  // Places become pixels of the page.
  column(x) { return x * this.scale + this.left; }
  row(y) { return this.top - y * this.scale; }

  colourBy(field) {
    this.colours = Colours.byField(field, this.points.count);
    this.shown = null;
    this.redraw();
  }

  // Draws anew with the next frame.
  redraw() {
    if (this.waiting || this.width === undefined) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.draw();
    });
  }

  draw() {
    const zoom = Math.log2(Math.max(this.scale / this.fitted, 1));
    const usual = this.points.count > 8000 ? 1.5 : this.points.count > 1500 ? 2.2 : 3.2;
    this.radius = Math.min(usual + 0.7 * zoom, 7);
    this.stats.drawn = Points.draw(this.image, {
      x: this.points.x, y: this.points.y, scale: this.scale * this.ratio, left: this.left * this.ratio,
      top: this.top * this.ratio, colours: this.colours, radius: this.radius * this.ratio,
      opacity: (this.points.count > 8000 ? 0.62 : 0.78) * (this.isDimmed ? 0.34 : 1),
      background: Colours.parse(Colours.named("card")), shown: this.shown,
    });
    this.base.getContext("2d").putImageData(this.image, 0, 0);
    this.drawOver();
    this.stats.frames += 1;
  }

  // What is over the points changes often, and alone.
  drawOver() {
    const context = this.over.getContext("2d");
    context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    context.clearRect(0, 0, this.width, this.height);
    this.options.drawOver(context, this);
    if (this.hovered >= 0) this.ring(context, this.hovered, Colours.named("ink"), this.radius + 3, 1.5);
    if (this.isKeyed) this.cross(context);
  }

  ring(context, point, colour, radius, width) {
    context.beginPath();
    context.arc(this.column(this.points.x[point]), this.row(this.points.y[point]), radius, 0, 2 * Math.PI);
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke();
  }

  // Where Enter would pick.
  cross(context) {
    const [x, y] = [Math.round(this.width / 2) + 0.5, Math.round(this.height / 2) + 0.5];
    context.beginPath();
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + 5 * dx, y + 5 * dy);
      context.lineTo(x + 13 * dx, y + 13 * dy);
    }
    context.strokeStyle = Colours.named("ink");
    context.lineWidth = 1.25;
    context.stroke();
  }

  // The nearest point to a pixel, within so many pixels.
  at(x, y, reach) {
    const found = this.grid.nearest((x - this.left) / this.scale, (this.top - y) / this.scale, reach / this.scale);
    this.stats.looked = this.grid.looked;
    return found;
  }

  zoom(factor, x = this.width / 2, y = this.height / 2) {
    const scale = Math.min(Math.max(this.scale * factor, this.fitted / 4), this.fitted * 4096);
    const change = scale / this.scale;
    this.scale = scale;
    this.isFitted = false;
    this.left = x - (x - this.left) * change;
    this.top = y - (y - this.top) * change;
    this.redraw();
  }

  pan(dx, dy) {
    this.left += dx;
    this.top += dy;
    this.isFitted = false;
    this.redraw();
  }

  // Brings a place into sight, if it is not.
  show(x, y) {
    const [column, row] = [this.column(x), this.row(y)];
    const margin = 40;
    if (column >= margin && row >= margin && column <= this.width - margin && row <= this.height - margin) return;
    this.pan(this.width / 2 - column, this.height / 2 - row);
  }

  hover(point, x, y) {
    if (point !== this.hovered) {
      this.hovered = point;
      this.drawOver();
    }
    this.options.onHover(point, x, y);
  }

  listen() {
    const canvas = this.over;
    const place = (event) => {
      const box = canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top];
    };
    canvas.addEventListener("wheel", (event) => {
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 18 : 1;
      this.zoom(Math.exp(-Math.max(Math.min(event.deltaY * lines, 240), -240) / 320), ...place(event));
    }, { passive: false });
    canvas.addEventListener("dblclick", (event) => this.zoom(2, ...place(event)));
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      this.pointers.set(event.pointerId, place(event));
      this.moved = this.pointers.size > 1 ? 99 : 0;
      this.keyed(false);
    });
    canvas.addEventListener("pointermove", (event) => {
      const now = place(event);
      const before = this.pointers.get(event.pointerId);
      if (!before) return this.hover(this.at(...now, 12), event.clientX, event.clientY);
      const others = [...this.pointers].filter(([id]) => id !== event.pointerId);
      this.pointers.set(event.pointerId, now);
      if (others.length > 0) return this.pinch(others[0][1], before, now);
      this.moved += Math.abs(now[0] - before[0]) + Math.abs(now[1] - before[1]);
      if (this.moved > 4) {
        this.hover(-1);
        this.pan(now[0] - before[0], now[1] - before[1]);
      }
    });
    const end = (event) => {
      if (!this.pointers.delete(event.pointerId) || event.type === "pointercancel") return;
      if (this.moved > 4) return;
      const point = this.at(...place(event), 12);
      this.options.onPick(point);
    };
    canvas.addEventListener("pointerup", end);
    canvas.addEventListener("pointercancel", end);
    canvas.addEventListener("pointerleave", () => this.hover(-1));
    canvas.addEventListener("blur", () => this.keyed(false));
    canvas.addEventListener("focus", () => { if (canvas.matches(":focus-visible")) this.keyed(true); });
    canvas.addEventListener("keydown", (event) => this.key(event));
  }

  // Two fingers: what is under them stays under them.
  pinch(still, before, now) {
    const length = (a, b) => Math.max(Math.hypot(a[0] - b[0], a[1] - b[1]), 1);
    const middle = (a, b) => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
    const [from, to] = [middle(still, before), middle(still, now)];
    this.pan(to[0] - from[0], to[1] - from[1]);
    this.zoom(length(still, now) / length(still, before), ...to);
  }

  keyed(isKeyed) {
    if (this.isKeyed === isKeyed) return;
    this.isKeyed = isKeyed;
    this.drawOver();
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.shiftKey ? 160 : 48;
    const moves = { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
    if (moves[event.key]) this.pan(...moves[event.key]);
    else if (event.key === "+" || event.key === "=") this.zoom(1.5);
    else if (event.key === "-" || event.key === "_") this.zoom(1 / 1.5);
    else if (event.key === "0" || event.key === "Home") this.fit();
    else if (event.key === "f") this.options.onFrame();
    else if (event.key === "Enter" || event.key === " ") this.options.onPick(this.at(this.width / 2, this.height / 2, Math.hypot(this.width, this.height)));
    else return;
    event.preventDefault();
    this.keyed(true);
  }
}
