// Loci, Apache License 2.0.

// What a memory's page has besides: its timeline, what questions recalled and why, and its links.
const MemoryView = (() => {
  const { element, svg } = Elements;

  // Sessions along time: each as high as it has turns.
  const timeline = (memory, actions) => {
    const sessions = memory.sessions.filter((session) => session.first !== null);
    const kinds = Object.entries(memory.units).map(([kind, count]) => element("li", {}, element("span", { class: "number" }, Format.count(count)), " ", kind));
    const said = sessions.length === 0 ? `${Format.plural(memory.sessions.length, "session")}; nobody knows when.`
      : `${Format.plural(memory.sessions.length, "session")} from ${Format.day(memory.first)} to ${Format.day(memory.last)}. A bar is a session, as high as it has turns; pick one to see it on the map.`;
    const [width, height, side, bottom, top] = [1100, 150, 16, 26, 12];
    const span = Math.max(memory.last - memory.first, 1);
    const most = Math.max(...sessions.map((session) => session.turns), 1);
    const thin = Math.max(Math.min((width - 2 * side) / Math.max(sessions.length, 1) - 2, 12), 2);
    const x = (time) => side + ((time - memory.first) / span) * (width - 2 * side - thin);
    const bars = sessions.map((session) => {
      const size = Math.max((session.turns / most) * (height - top - bottom), 2);
      const wide = Math.max(x(session.last) - x(session.first), thin);
      const label = `${session.name}: ${Format.plural(session.turns, "turn")}, ${Format.time(session.first)}`;
      const bar = svg("rect", {
        x: x(session.first), y: height - bottom - size, width: wide, height: size, rx: Math.min(2, thin / 3), class: "bar session",
        tabindex: 0, role: "button", "aria-label": label, "aria-pressed": "false",
      }, svg("title", {}, label));
      const pick = () => {
        const isPressed = bar.getAttribute("aria-pressed") === "true";
        for (const other of bars) other.setAttribute("aria-pressed", "false");
        bar.setAttribute("aria-pressed", String(!isPressed));
        actions.isolate("session", isPressed ? null : session.name);
        name.textContent = isPressed ? "" : label;
      };
      bar.addEventListener("click", pick);
      bar.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        pick();
      });
      return bar;
    });
    const name = element("p", { class: "soft small", "aria-live": "polite", id: "session-said" });
    const marks = days(memory.first, memory.last).map((time) => [
      svg("line", { x1: x(time) + thin / 2, x2: x(time) + thin / 2, y1: top, y2: height - bottom, class: "grid" }),
      Charts.text(Math.min(Math.max(x(time), 36), width - 36), height - 8, Format.day(time)),
    ]);
    return element("section", { class: "card wide", id: "timeline" }, element("h2", {}, "Timeline"), element("p", { class: "soft said" }, said),
      sessions.length > 0 && element("div", { class: "scroll" }, Charts.drawing(width, height, "Sessions along time", marks,
        svg("line", { x1: side, x2: width - side, y1: height - bottom + 0.5, y2: height - bottom + 0.5, class: "axis" }), bars)),
      name, element("ul", { class: "chips", "aria-label": "Units by kind" }, kinds));
  };

  // Some six dates, on whole days.
  const days = (first, last) => {
    const day = 86400;
    const step = Math.max(Math.ceil((last - first) / day / 6), 1) * day;
    const result = [];
    for (let time = Math.ceil(first / day) * day; time <= last && result.length < 12; time += step) result.push(time);
    return result;
  };

  const stageColour = (stages, stage) => Colours.kind(stages.indexOf(stage));

  const recalls = (memory, points, actions) => {
    const intro = memory.recalls.length === 0
      ? element("p", { class: "soft said" }, "None was asked. ", element("code", {}, "loci inspect … --html FILE --question \"…\""), " puts what a question recalls here, and why.")
      : element("p", { class: "soft said" }, "What came back, the best first, and what each stage gave to the score. Pick a passage to see it on the map.");
    return element("section", { class: "card wide", id: "recalls" }, element("h2", {}, "What a question recalls"), intro,
      memory.recalls.map((answered, number) => recall(answered, number, memory, points, actions)));
  };

  const recall = ({ question, place, answer }, number, memory, points, actions) => {
    const stages = Object.keys(memory.stages).filter((stage) => answer.passages.some((passage) => passage.stages[stage] !== undefined));
    const largest = Math.max(...answer.passages.map((passage) => Object.values(passage.stages).reduce((sum, part) => sum + Math.max(part, 0), 0)), 1e-9);
    const passages = answer.passages.map((passage, rank) => {
      const bar = stages.filter((stage) => (passage.stages[stage] ?? 0) > 0).map((stage) => element("i", {
        style: { width: `${(100 * passage.stages[stage]) / largest}%`, background: stageColour(stages, stage) }, title: `${stage} ${Format.decimal(passage.stages[stage], 3)}`,
      }));
      const why = stages.filter((stage) => passage.stages[stage] !== undefined).map((stage) => `${stage} ${Format.decimal(passage.stages[stage], 2)}`).join(" · ");
      const when = passage.time === undefined ? "" : Format.time(passage.time);
      return element("li", {}, element("button", { type: "button", class: "passage", onclick: () => actions.pick(points?.places.get(passage.id) ?? -1) },
        element("span", { class: "rank number" }, String(rank + 1)),
        element("span", { class: "said-text", dir: "auto" }, passage.speaker && element("b", {}, `${passage.speaker}: `), passage.text),
        element("span", { class: "soft small" }, [passage.id, passage.session, when].filter(Boolean).join(" · ")),
        element("span", { class: "stages", role: "img", "aria-label": why }, bar),
        element("span", { class: "soft small why" }, `score ${Format.decimal(passage.score, 2)} = ${why}`)));
    });
    const legend = stages.map((stage) => element("li", { title: memory.stages[stage] }, element("i", { class: "swatch", style: { background: stageColour(stages, stage) } }), stage));
    const show = element("button", { type: "button", class: "show", id: `recall-${number}`, onclick: () => actions.showRecall(question, place, answer) }, "Show on the map");
    return element("article", { class: "recall" }, element("header", {}, element("h3", { dir: "auto" }, question), points && show),
      element("ul", { class: "legend" }, legend),
      passages.length > 0 ? element("ol", { class: "passages" }, passages) : element("p", { class: "soft" }, "Nothing was found."));
  };

  const links = (memory, points, actions) => {
    if (memory.edge_count === 0) return element("section", { class: "card wide", id: "links" }, element("h2", {}, "Links"), element("p", { class: "soft said" }, "Units of this memory are not linked to each other."));
    const strongest = [...memory.edges].sort((a, b) => b[2] - a[2]).slice(0, 12);
    const text = points?.fields.find((field) => field.name === "text");
    const said = (id) => { const point = points?.places.get(id); return point === undefined || !text ? "" : Format.cut(text.text(point) ?? "", 110); };
    const unit = (id) => element("button", { type: "button", class: "unit", onclick: () => actions.pick(points?.places.get(id) ?? -1) }, element("bdi", { class: "id" }, id), " ", element("span", { dir: "auto" }, said(id)));
    const rows = strongest.map(([older, newer, weight]) => element("tr", {}, element("td", { class: "number" }, Format.decimal(weight, 3)), element("td", {}, unit(newer)), element("td", {}, unit(older))));
    const box = element("input", { type: "checkbox", id: "draw-links", onchange: () => actions.drawLinks(box.checked) });
    return element("section", { class: "card wide", id: "links" }, element("h2", {}, "Links"),
      element("p", { class: "soft said" }, `${Format.plural(memory.edge_count, "link")} from newer units to the older ones that they belong to${memory.edges.length < memory.edge_count ? `, of which ${Format.count(memory.edges.length)} are on this page` : ""}.`),
      points && element("label", { class: "check" }, box, " Draw them on the map"),
      element("div", { class: "split" },
        element("div", {}, element("h3", {}, "By weight"), Charts.histogram({ counts: memory.links.weights, first: 0, step: 0.05, label: "Links by weight", format: (value) => Format.decimal(value, 2) })),
        element("div", { class: "scroll" }, element("h3", {}, memory.edges.length < memory.edge_count ? "The strongest of these" : "The strongest"), element("table", {},
          element("thead", {}, element("tr", {}, element("th", { class: "number", scope: "col" }, "weight"), element("th", { scope: "col" }, "newer"), element("th", { scope: "col" }, "older"))), element("tbody", {}, rows)))));
  };

  // Draws links between points.
  const drawEdges = (context, view, edges, points) => {
    context.strokeStyle = Colours.named("accent");
    context.lineWidth = 1;
    for (const [older, newer, weight] of edges) {
      const [from, to] = [points.places.get(older), points.places.get(newer)];
      if (from === undefined || to === undefined) continue;
      context.globalAlpha = 0.08 + 0.5 * weight * weight;
      context.beginPath();
      context.moveTo(view.column(points.x[from]), view.row(points.y[from]));
      context.lineTo(view.column(points.x[to]), view.row(points.y[to]));
      context.stroke();
    }
    context.globalAlpha = 1;
  };

  return { drawEdges, links, recalls, timeline };
})();
