// Loci, Apache License 2.0.

// Puts a subject on the page: its head, its map with the panel beside it, and its figures.
const Page = (() => {
  const { element, byId } = Elements;
  let current = null;

  const fact = (value, name, title) => element("div", { class: "fact", title }, element("dd", { class: "number" }, value), element("dt", {}, name));

  const facts = ({ info, recall, graph, memory }) => {
    if (!info) return [fact("0", "turns")];
    const own = recall?.curve.find((point) => point.window === recall.window);
    return [
      fact(Format.count(info.count), info.rows === info.count ? (memory ? "turns" : "vectors") : `vectors of ${Format.count(info.rows)} rows`),
      fact(Format.count(info.dimension), "dimensions"),
      fact(Format.bytes(info.bytes_on_disk), "on disk"),
      fact(Format.count(Math.round(info.bytes_per_vector)), "bytes a vector"),
      own && fact(Format.decimal(own.recall, 4), `recall@${recall.k}, window ${recall.window}`),
      !recall && info.count > 0 && fact("exact", "searches"),
      graph && fact(graph.unreached === 0 ? "all" : Format.count(info.count - graph.unreached), "within reach"),
    ];
  };

  const head = (subject) => {
    const { root, subjects } = Data;
    const chooser = subjects.length > 1 && element("label", { class: "chooser" }, "Show ",
      element("select", { id: "subject", onchange: (event) => show(Number(event.target.value)) },
        subjects.map(({ kind, name }, place) => element("option", { value: place, selected: subjects[place] === subject }, kind === "memory" ? `${name} (memory)` : name))));
    byId("head").replaceChildren(
      element("p", { class: "mark" }, element("b", {}, "loci"), " inspect", element("bdi", { class: "soft file" }, root.path), chooser),
      subject && element("h1", {}, element("bdi", {}, subject.name)),
      subject && element("p", { class: "soft summary" }, subject.kind === "memory" ? `Memory, ${subject.memory.model}` : subject.summary),
      subject && element("dl", { class: "facts" }, facts(subject).filter(Boolean)));
    byId("foot").replaceChildren(element("p", { class: "soft small" },
      `loci ${root.version} · commit ${root.commit} · ${Format.bytes(root.bytes)} in the file · seed ${root.seed}. Everything here is in this one file; it asks no network.`));
  };

  const show = (place) => {
    current?.end();
    const subject = Data.subjects[place];
    head(subject);
    if (!subject) return byId("main").replaceChildren(element("p", { class: "soft nothing" }, "There are no collections and no memories in this file."));
    current = new Subject(subject);
    byId("main").replaceChildren(...current.sections);
    document.title = `${subject.name} · loci inspect`;
  };

  // Keys of the page, unless something is being typed.
  const keys = (event) => {
    if (event.key === "Escape") {
      byId("tip").hidden = true;
      return current?.clear();
    }
    const isTyping = event.target.closest?.("input, select, textarea");
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && byId("wanted")) {
      event.preventDefault();
      byId("wanted").focus();
      byId("wanted").select();
    }
  };

  const start = () => {
    document.addEventListener("keydown", keys);
    Colours.onChange(() => current?.recolour());
    show(0);
    // For who tests the page: when it can be used, counted in frames and not by a clock.
    requestAnimationFrame(() => requestAnimationFrame(() => { document.documentElement.dataset.ready = "true"; }));
  };

  // What tests look at.
  globalThis.lociInspect = { get current() { return current; } };
  return { start };
})();

// A collection or a memory on the page.
class Subject {
  constructor(subject) {
    this.subject = subject;
    this.points = Data.points(subject);
    this.selected = -1;
    this.edges = [];
    this.recall = null;
    const actions = {
      pick: (point) => this.pick(point), isolate: (name, value) => this.isolate(name, value),
      showRecall: (question, place, answer) => this.showRecall(question, place, answer),
      drawLinks: (isDrawn) => { this.edges = isDrawn ? subject.memory.edges : []; this.map.redraw(); },
    };
    const memory = subject.memory;
    this.sections = [
      this.points && this.mapSection(),
      memory && MemoryView.timeline(memory, actions), memory && MemoryView.recalls(memory, this.points, actions),
      memory && MemoryView.links(memory, this.points, actions),
      subject.info && Elements.element("div", { class: "figures" }, Figures.all(subject)),
    ].filter(Boolean);
    const isTimed = this.points?.fields.some((field) => field.name === "time");
    const first = this.points?.colorBy ?? (memory && isTimed ? "time" : null);
    if (first) this.colourBy(first);
  }

  end() { this.path?.stop(); }

  mapSection() {
    const { element } = Elements;
    const { points, subject } = this;
    this.path = new PathView({ redraw: () => this.dim(), pick: (point) => this.select(point), show: (x, y) => this.map.show(x, y) });
    this.map = new MapView(points, {
      onPick: (point) => this.pick(point), onHover: (point, x, y) => this.hover(point, x, y),
      onFrame: () => this.frame(), drawOver: (context, view) => this.drawOver(context, view),
    });
    const said = points.count < points.total
      ? `${Format.count(points.count)} of ${Format.plural(points.total, "vector")}, drawn by chance`
      : Format.plural(points.count, "vector");
    const shares = points.shares.map((share) => Format.percent(share)).join(" and ");
    this.input = element("input", {
      id: "wanted", type: "text", autocomplete: "off", spellcheck: "false", "aria-describedby": "wanted-said",
      placeholder: "identifier, or numbers", list: points.count <= 2000 ? "ids" : null,
    });
    this.problem = element("p", { class: "problem", role: "alert", id: "problem" });
    const form = element("form", { onsubmit: (event) => { event.preventDefault(); this.search(this.input.value); } },
      element("label", { for: "wanted" }, "Search"), element("div", { class: "field" }, this.input, element("button", { type: "submit", id: "go" }, "Go")),
      element("p", { class: "soft small", id: "wanted-said" }, this.howSearched()), this.problem,
      points.count <= 2000 && element("datalist", { id: "ids" }, [...points.places.keys()].map((id) => element("option", { value: id }))));
    this.colourChoice = element("select", { id: "colour", onchange: () => this.colourBy(this.colourChoice.value || null) },
      element("option", { value: "" }, "nothing"), points.fields.map(({ name }) => element("option", { value: name }, name)));
    this.legend = element("div", { class: "legend-box" });
    this.details = element("section", { class: "details", "aria-label": "The picked vector", hidden: true });
    const recorded = this.recordedChoice();
    return element("section", { class: "card wide atlas", "aria-labelledby": "map-title" },
      element("div", { class: "atlas-head" }, element("h2", { id: "map-title" }, "Map"),
        element("p", { class: "soft said" }, `${said}, along the two directions of most variance (${shares} of it).`)),
      element("div", { class: "atlas-body" }, element("div", { class: "map-box" }, this.map.element, this.tools()),
        element("div", { class: "panel" }, form, recorded,
          points.fields.length > 0 && element("div", { class: "colouring" }, element("label", { for: "colour" }, "Colour by"), this.colourChoice, this.legend),
          this.details, this.path.element)));
  }

  tools() {
    const { element } = Elements;
    const tool = (text, label, action) => element("button", { type: "button", "aria-label": label, title: label, onclick: action }, text);
    return [
      element("div", { class: "tools" }, tool("+", "Zoom in", () => this.map.zoom(1.5)), tool("−", "Zoom out", () => this.map.zoom(1 / 1.5)), tool("⤢", "Show all", () => this.map.fit()), tool("◎", "Show the search", () => this.frame())),
      element("p", { class: "keys soft small", id: "map-keys" }, ...[["drag, arrows", "move"], ["wheel, + −", "zoom"], ["0", "all"], ["f", "the search"], ["click, ↵", "pick"], ["/", "search"], ["esc", "clear"]]
        .map(([key, does]) => element("span", {}, element("kbd", {}, key), ` ${does}`))),
    ];
  }

  // How the page comes by ways, and what can be typed.
  howSearched() {
    const { subject } = this;
    if (subject.graph_data) {
      const walks = subject.graph ? `This page searches by itself: it has the graph, and 8-bit copies of all vectors` : "This page measures 8-bit copies of all vectors";
      return `${walks}. Type an identifier or ${Format.plural(subject.info.dimension, "number")}, or pick a point.`;
    }
    return `All vectors and links would be more than ${Format.bytes(Data.root.graph_limit)}, so this page has ${Format.plural(subject.paths.recorded.length, "search", "searches")} as the engine made them: type one's identifier, or pick one below. --query adds others.`;
  }

  recordedChoice() {
    const { element } = Elements;
    const recorded = this.subject.paths.recorded;
    if (recorded.length === 0) return null;
    const choice = element("select", { id: "recorded", onchange: () => { if (choice.value !== "") this.showRecorded(Number(choice.value)); } },
      element("option", { value: "" }, "choose…"),
      recorded.map((path, place) => element("option", { value: place }, (path.asked ? "asked: " : "") + Format.cut(path.label, 60))));
    return element("div", { class: "recorded" }, element("label", { for: "recorded" }, "Recorded searches"), choice);
  }

  // MARK: Picking and searching

  search(text) {
    this.problem.textContent = "";
    const typed = text.trim();
    if (typed === "") return;
    const point = this.points.places.get(typed);
    if (point !== undefined) return this.pick(point);
    const recorded = this.subject.paths.recorded.findIndex((path) => path.label === typed);
    if (recorded >= 0) return this.showRecorded(recorded);
    const numbers = typed.split(/[\s,;]+/).filter(Boolean).map(Number);
    const { dimension } = this.subject.info;
    const isVector = numbers.length > 0 && numbers.every(Number.isFinite);
    if (!isVector || numbers.length !== dimension) {
      return this.refuse(isVector && numbers.length > 1 ? `That is ${Format.plural(numbers.length, "number")}; vectors here have ${Format.count(dimension)}.`
        : `No vector on the map is called “${Format.cut(typed, 40)}”.`);
    }
    if (!this.subject.graph_data) return this.refuse("This page cannot search for other vectors by itself; make it anew with --query.");
    if (this.subject.info.metric === "cosine" && numbers.every((value) => value === 0)) return this.refuse("Zeros have no direction, which cosine goes by.");
    this.unselect();
    this.walkFor(Float64Array.from(numbers), Format.cut(typed, 40));
  }

  refuse(text) { this.problem.textContent = text; }

  // A point that was clicked, typed or chosen: its details, and its search where there is one. -1 clears.
  pick(point) {
    this.problem.textContent = "";
    if (point < 0) return this.clear();
    this.recall = null;
    this.select(point);
    this.map.show(this.points.x[point], this.points.y[point]);
    const recorded = this.subject.paths.recorded.findIndex((path) => path.point === point || path.label === this.points.ids[point]);
    if (recorded >= 0) this.showRecorded(recorded, false);
    else if (this.subject.graph_data) this.walkFor(this.walker.vector(point), this.points.ids[point], point);
    else this.path.clear();
    this.dim();
  }

  select(point) {
    this.selected = point;
    const { element } = Elements;
    const rows = this.points.fields.map((field) => [field.name, field.text(point)]).filter(([, text]) => text !== null)
      .map(([name, text]) => [element("dt", {}, name), element("dd", { dir: "auto" }, text)]);
    this.details.replaceChildren(element("h3", {}, element("bdi", { class: "id" }, this.points.ids[point])), rows.length > 0 && element("dl", {}, rows));
    this.details.hidden = false;
    Elements.tell(`Picked ${this.points.ids[point]}`);
    this.map.redraw();
  }

  unselect() {
    this.selected = -1;
    this.details.hidden = true;
    this.recall = null;
  }

  clear() {
    if (!this.map) return;
    this.unselect();
    this.path.clear();
    this.problem.textContent = "";
    this.map.hover(-1);
    this.dim();
  }

  // Brings the search into sight, or what was picked or recalled.
  frame() {
    const place = (point) => ({ x: this.points.x[point], y: this.points.y[point] });
    if (this.path.path) return this.map.frame(this.path.places);
    if (this.recall) return this.map.frame(this.recall.points.map(place));
    if (this.selected >= 0) this.map.frame([place(this.selected)]);
  }

  get walker() {
    this.ownWalker ??= new Walker(this.subject, this.points);
    return this.ownWalker;
  }

  walkFor(vector, label, point = -1) {
    const way = this.walker.search(vector);
    const { x, y, ids } = this.points;
    const source = this.walker.isScan ? "By this page, on 8-bit copies." : `By this page, with window ${way.window}, on 8-bit copies.`;
    this.path.show({
      ...way, label, source, place: point >= 0 ? [x[point], y[point]] : this.walker.place(vector),
      at: (vertex) => ({ x: x[vertex], y: y[vertex], id: ids[vertex], point: vertex }),
    });
    this.dim();
  }

  showRecorded(place, isSelecting = true) {
    const path = this.subject.paths.recorded[place];
    const { vertices } = this.subject.paths;
    this.vertices ??= { x: Data.numbers(vertices.x, Float32Array), y: Data.numbers(vertices.y, Float32Array) };
    if (isSelecting) {
      if (path.point !== null) this.select(path.point);
      else this.unselect();
    }
    this.path.show({
      ...path, place: [path.x, path.y], source: `As the engine went, with window ${path.window}.`,
      at: (vertex) => ({ x: this.vertices.x[vertex], y: this.vertices.y[vertex], id: vertices.ids[vertex], point: vertices.points[vertex] }),
    });
    this.dim();
  }

  // What a question recalled, on the map.
  showRecall(question, place, answer) {
    this.clear();
    this.recall = { place, points: answer.passages.map((passage) => this.points.places.get(passage.id)).filter((point) => point !== undefined) };
    this.dim();
    this.map.element.scrollIntoView({ block: "center", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    Elements.tell(`${Format.plural(this.recall.points.length, "passage")} on the map for: ${question}`);
  }

  // MARK: Drawing

  // Points step back where a way is drawn over them.
  dim() {
    this.map.isDimmed = this.path.path !== null || this.recall !== null;
    this.map.redraw();
  }

  drawOver(context, view) {
    if (this.edges.length > 0) MemoryView.drawEdges(context, view, this.edges, this.points);
    if (this.recall) this.drawRecall(context, view);
    this.path.draw(context, view);
    if (this.selected >= 0) view.ring(context, this.selected, Colours.named("path"), view.radius + 7, 2);
  }

  drawRecall(context, view) {
    const { place, points } = this.recall;
    const colour = Colours.named("path");
    const at = (point) => [view.column(this.points.x[point]), view.row(this.points.y[point])];
    context.strokeStyle = colour;
    context.lineWidth = 1;
    if (place) {
      for (const point of points) {
        context.globalAlpha = 0.6;
        context.beginPath();
        context.moveTo(view.column(place[0]), view.row(place[1]));
        context.lineTo(...at(point));
        context.stroke();
      }
      context.globalAlpha = 1;
    }
    context.font = "600 11px system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    [...points].reverse().forEach((point, place) => {
      const [x, y] = at(point);
      context.beginPath();
      context.arc(x, y, 9, 0, 2 * Math.PI);
      context.fillStyle = Colours.named("card");
      context.fill();
      context.stroke();
      context.fillStyle = colour;
      context.fillText(String(points.length - place), x, y + 0.5);
    });
    if (place) this.path.star(context, [view.column(place[0]), view.row(place[1])], colour, Colours.named("card"));
  }

  hover(point, x, y) {
    const tip = Elements.byId("tip");
    tip.hidden = point < 0;
    if (point < 0) return;
    const { element } = Elements;
    const rows = this.points.fields.slice(0, 7).map((field) => [field.name, field.text(point)]).filter(([, text]) => text !== null)
      .map(([name, text]) => [element("dt", {}, name), element("dd", { dir: "auto" }, Format.cut(text, 120))]);
    tip.replaceChildren(element("bdi", { class: "id" }, this.points.ids[point]), rows.length > 0 && element("dl", {}, rows));
    const { width, height } = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(8, x + 16 + width > innerWidth - 8 ? x - 16 - width : x + 16)}px`;
    tip.style.top = `${Math.max(8, Math.min(y + 14, innerHeight - height - 8))}px`;
  }

  // MARK: Colours

  colourBy(name) {
    this.colourChoice.value = name ?? "";
    this.map.colourBy(this.points.fields.find((field) => field.name === name) ?? null);
    this.buildLegend();
  }

  // Only the points of one value are whole; null for all, as they were before.
  isolate(name, value) {
    const field = this.points?.fields.find((field) => field.name === name);
    if (!field) return;
    if (value === null) {
      this.colourBy(this.colourBefore ?? name);
      this.colourBefore = null;
      return;
    }
    if (this.map.colours.field !== field) {
      this.colourBefore = this.map.colours.field?.name ?? "";
      this.colourBy(name);
    }
    const wanted = field.texts.indexOf(value);
    const { legend } = this.map.colours;
    const own = legend.find((entry) => entry.label === value && entry.place < legend.length);
    if (wanted >= 0 && !own) {
      // It has no colour of its own: it gets one.
      const places = Uint8Array.from(field.places, (place) => (place === wanted ? 0 : 1));
      this.map.colours = { ...this.map.colours, places, palette: [Colours.parse(Colours.named("accent")), Colours.parse(Colours.named("quiet"))] };
      this.map.shown = 0;
    } else {
      this.map.colours = Colours.byField(field, this.points.count);
      this.map.shown = own?.place ?? null;
    }
    this.markLegend();
    this.map.redraw();
  }

  buildLegend() {
    const { element } = Elements;
    const { legend, gradient, range, field } = this.map.colours;
    if (gradient) {
      const said = (value) => (field.isTime ? Format.time(value) : Format.value(value));
      this.legend.replaceChildren(element("div", { class: "gradient", style: { background: `linear-gradient(to right, ${gradient.join(", ")})` } }),
        element("div", { class: "ends number small" }, element("span", {}, said(range[0])), element("span", {}, said(range[1]))));
      return;
    }
    this.legend.replaceChildren(element("ul", { class: "legend" }, legend.map(({ label, count, colour, place }) => element("li", {},
      element("button", { type: "button", "aria-pressed": "false", "data-place": place, onclick: () => this.only(place) },
        element("i", { class: "swatch", style: { background: colour } }), element("bdi", {}, Format.cut(label, 32)), " ", element("span", { class: "number soft" }, Format.count(count)))))));
  }

  only(place) {
    this.map.shown = this.map.shown === place ? null : place;
    this.markLegend();
    this.map.redraw();
  }

  markLegend() {
    for (const button of this.legend.querySelectorAll("button")) button.setAttribute("aria-pressed", String(Number(button.dataset.place) === this.map.shown));
  }

  // Light became dark, or dark light.
  recolour() {
    if (!this.map) return;
    this.colourBy(this.map.colours.field?.name ?? null);
  }
}

Page.start();
