// Loci, Apache License 2.0.

// The way of a search on the map, hop by hop.
class PathView {
  // options: redraw(), pick(point), show(x, y).
  constructor(options) {
    this.options = options;
    this.path = null;
    this.step = 0;
    this.reduced = matchMedia("(prefers-reduced-motion: reduce)");
    this.element = Elements.element("section", { class: "path", "aria-label": "The way of the search", hidden: true });
  }

  clear() {
    this.stop();
    this.path = null;
    this.element.hidden = true;
    this.options.redraw();
  }

  // path: {label, place: [x, y], entries, hops: [[vertex, origin, distance, met]], found: [[vertex, distance]], measured,
  // window, source, at(vertex) -> {x, y, id, point}}.
  show(path) {
    this.stop();
    this.path = path;
    this.step = path.hops.length;
    this.build();
    this.mark();
    this.options.show(...path.place);
  }

  // The hops that led to the nearest vector, from where the walk began.
  get chain() {
    const { hops, found } = this.path;
    const chain = new Set();
    let hop = hops.findIndex(([vertex]) => found.length > 0 && vertex === found[0][0]);
    while (hop >= 0) {
      chain.add(hop);
      hop = hops[hop][1];
    }
    return chain;
  }

  // Where all of it is, but for where the walk began, which may be far off.
  get places() {
    const { place, hops, found, at } = this.path;
    return [{ x: place[0], y: place[1] }, ...hops.map(([vertex]) => at(vertex)), ...found.map(([vertex]) => at(vertex))];
  }

  build() {
    const { element } = Elements;
    const { label, hops, found, measured, source, at } = this.path;
    this.slider = element("input", {
      type: "range", min: 0, max: hops.length, value: hops.length, id: "step", "aria-label": "Hop",
      oninput: () => { this.stop(); this.go(Number(this.slider.value)); },
    });
    this.shownStep = element("output", { class: "number", for: "step" });
    this.button = element("button", { type: "button", class: "play", id: "play", onclick: () => this.toggle() });
    const rows = hops.map(([vertex, , distance, met], place) => element(
      "li", {},
      element("button", { type: "button", onclick: () => { this.stop(); this.go(place + 1); } },
        element("span", { class: "number place" }, String(place + 1)),
        element("bdi", { class: "id" }, at(vertex).id),
        element("span", { class: "number" }, Format.value(distance)),
        element("span", { class: "number soft" }, `+${met}`)),
    ));
    this.rows = rows;
    this.list = element("ol", { class: "hops", tabindex: 0, "aria-label": "Hops" }, rows);
    const nearest = found.map(([vertex, distance]) => element(
      "li", {},
      element("button", { type: "button", onclick: () => this.pick(vertex) },
        element("bdi", { class: "id" }, at(vertex).id), element("span", { class: "number" }, Format.value(distance))),
    ));
    const hopped = hops.length > 0
      ? `${Format.plural(hops.length, "hop")}, ${Format.plural(measured, "vector")} measured`
      : `${Format.plural(measured, "vector")} measured: there is no graph to walk`;
    this.element.replaceChildren(
      element("h3", {}, "Search for ", element("bdi", { class: "id" }, Format.cut(label, 48))),
      element("p", { class: "soft", id: "path-said" }, `${hopped}. ${source}`),
      hops.length > 0 && element("div", { class: "player" }, this.button, this.slider, this.shownStep),
      hops.length > 0 && element("details", { class: "hop-list" }, element("summary", {}, "Hops"),
        element("p", { class: "soft small" }, "Distance, and how many vectors each met first."), this.list),
      element("h4", {}, "Nearest"), element("ol", { class: "found" }, nearest),
    );
    this.element.hidden = false;
    Elements.tell(`Search for ${label}: ${hopped}.`);
  }

  pick(vertex) {
    const { x, y, point } = this.path.at(vertex);
    this.options.show(x, y);
    if (point >= 0) this.options.pick(point);
  }

  go(step) {
    this.step = step;
    this.mark();
    if (step > 0 && step <= this.path.hops.length) {
      const { x, y } = this.path.at(this.path.hops[step - 1][0]);
      this.options.show(x, y);
    }
  }

  mark() {
    this.slider.value = this.step;
    this.shownStep.textContent = `${this.step} / ${this.path.hops.length}`;
    this.button.textContent = this.timer ? "Pause" : "Play";
    this.rows.forEach((row, place) => {
      row.classList.toggle("now", place === this.step - 1);
      row.classList.toggle("later", place >= this.step);
    });
    this.options.redraw();
  }

  toggle() {
    if (this.timer) {
      this.stop();
      return this.mark();
    }
    if (this.step >= this.path.hops.length) this.step = 0;
    // Some five seconds for any way; slower where motion is unwelcome.
    const pace = Math.min(Math.max(5000 / Math.max(this.path.hops.length, 1), 40), 400) * (this.reduced.matches ? 3 : 1);
    this.timer = setInterval(() => {
      if (this.step + 1 >= this.path.hops.length) this.stop();
      this.go(Math.min(this.step + 1, this.path.hops.length));
    }, pace);
    this.mark();
  }

  stop() {
    clearInterval(this.timer);
    this.timer = 0;
  }

  // Draws what has come up to the step.
  draw(context, view) {
    if (!this.path) return;
    const { place, entries, hops, found, at } = this.path;
    const colour = Colours.named("path");
    const card = Colours.named("card");
    const at2 = (vertex) => { const { x, y } = at(vertex); return [view.column(x), view.row(y)]; };
    const query = [view.column(place[0]), view.row(place[1])];
    const line = (from, to, width, opacity, dash = []) => {
      context.globalAlpha = opacity;
      context.lineWidth = width;
      context.setLineDash(dash);
      context.beginPath();
      context.moveTo(...from);
      context.lineTo(...to);
      context.stroke();
      context.setLineDash([]);
      context.globalAlpha = 1;
    };
    const disc = (centre, radius, fill, edge) => {
      context.beginPath();
      context.arc(...centre, radius, 0, 2 * Math.PI);
      context.fillStyle = fill;
      context.fill();
      context.lineWidth = 1.5;
      context.strokeStyle = edge;
      context.stroke();
    };
    const chain = this.chain;
    context.lineCap = "round";
    context.strokeStyle = colour;
    const isWhole = this.step >= hops.length;
    for (let hop = 0; hop < this.step; hop += 1) {
      const [vertex, origin] = hops[hop];
      if (origin >= 0 && !chain.has(hop)) line(at2(hops[origin][0]), at2(vertex), 1, 0.5);
    }
    if (isWhole) for (const [vertex] of found) line(query, at2(vertex), 1, 0.75, [2, 4]);
    for (let hop = 0; hop < this.step; hop += 1) {
      const [vertex, origin] = hops[hop];
      if (origin >= 0 && chain.has(hop)) line(at2(hops[origin][0]), at2(vertex), 2.5, 1);
    }
    for (const vertex of entries) {
      const [x, y] = at2(vertex);
      context.beginPath();
      context.rect(x - 3.5, y - 3.5, 7, 7);
      context.fillStyle = card;
      context.fill();
      context.lineWidth = 1.5;
      context.strokeStyle = colour;
      context.stroke();
    }
    for (let hop = 0; hop < this.step; hop += 1) if (!entries.includes(hops[hop][0])) disc(at2(hops[hop][0]), chain.has(hop) ? 3.5 : 2.2, colour, card);
    if (isWhole) for (const [vertex] of found) disc(at2(vertex), 4.5, card, colour);
    if (this.step > 0 && this.step < hops.length) disc(at2(hops[this.step - 1][0]), 6.5, colour, card);
    this.star(context, query, colour, card);
  }

  // The query.
  star(context, [x, y], colour, card) {
    context.beginPath();
    for (let corner = 0; corner < 10; corner += 1) {
      const radius = corner % 2 === 0 ? 9 : 4;
      const angle = (corner * Math.PI) / 5 - Math.PI / 2;
      context.lineTo(x + radius * Math.cos(angle), y + radius * Math.sin(angle));
    }
    context.closePath();
    context.fillStyle = colour;
    context.fill();
    context.strokeStyle = card;
    context.lineWidth = 2;
    context.stroke();
  }
}
