// Loci, Apache License 2.0.

// The cards of figures: bytes, recall, the graph, walks, codes.
const Figures = (() => {
  const { element } = Elements;

  const card = (kind, title, said, ...children) => element(
    "section", { class: `card ${kind}` }, element("h2", {}, title), said && element("p", { class: "soft said" }, said), children);

  const counts = (source) => ({ counts: source.counts.slice(source.smallest), first: source.smallest });
  const line = (source, unit) => `${Format.decimal(source.mean, 1)} ${unit} on average; ${Format.count(source.smallest)} to ${Format.count(source.largest)}.`;
  const mean = (source) => [{ value: source.mean, name: `mean ${Format.decimal(source.mean, 1)}` }];

  const bytes = ({ info }) => {
    const parts = Object.entries(info.bytes).filter(([, size]) => size > 0);
    const total = info.bytes_on_disk;
    return card("bytes", "Where the bytes go", `${Format.bytes(total)} on disk, ${Format.count(Math.round(info.bytes_per_vector))} bytes a vector.`,
      total > 0 && Charts.stack(parts, "Bytes by part"));
  };

  const recall = (subject) => {
    const { recall: found, info } = subject;
    if (!found) {
      const said = info.count === 0 ? "There is nothing to be found yet." : info.index === "graph" ? "One vector has no neighbours."
        : "A collection of this size has no graph: searches measure every vector, and find all.";
      return card("recalled", "Recall", said);
    }
    const rows = found.curve.map((point) => element(
      "tr", { class: point.window === found.window ? "own" : null },
      element("td", { class: "number" }, Format.count(point.window)), element("td", { class: "number" }, Format.decimal(point.recall, 4)),
      element("td", { class: "number soft" }, Format.decimal(point.lowest, 2))));
    return card("recalled", `Recall@${found.k}`,
      `Against exact search, of ${Format.plural(found.queries, "vector")} of the collection, each without itself. Searches here have window ${found.window}${info.tuning ? ", as it was tuned" : ""}.`,
      element("div", { class: "beside" }, Charts.curve(found),
        element("table", {}, element("thead", {}, element("tr", {}, ["window", "recall", "lowest"].map((name) => element("th", { class: "number", scope: "col" }, name)))),
          element("tbody", {}, rows))));
  };

  const graph = ({ graph: shape }) => shape && [
    card("shape", "Links from a vector", line(shape.out_degrees, "links"), Charts.histogram({ ...counts(shape.out_degrees), label: "Vectors by links from them", marks: mean(shape.out_degrees) })),
    card("shape", "Links to a vector", line(shape.in_degrees, "links"), Charts.histogram({ ...counts(shape.in_degrees), label: "Vectors by links to them", marks: mean(shape.in_degrees) })),
    card("shape", "Links from the entry point",
      shape.unreached === 0 ? "Every vector is within reach." : `${Format.plural(shape.unreached, "vector")} out of reach: check and repair the file.`,
      Charts.histogram({ ...counts(shape.hops), label: "Vectors by links from the entry point", marks: mean(shape.hops) }),
      shape.stale_links > 0 && element("p", { class: "soft small" }, `${Format.plural(shape.stale_links, "link")} to removed vectors, which walks pass over.`)),
  ];

  const walks = ({ walks: found, recall: measured }) => found && card("shape", "Lengths of searches",
    `With window ${measured.window}: ${Format.decimal(found.expanded.mean, 1)} hops and ${Format.decimal(found.measured.mean, 0)} measured vectors on average; the nearest is ${Format.decimal(found.depths.mean, 1)} links from where the walk began.`,
    Charts.histogram({ ...counts(found.expanded), label: "Searches by hops", marks: mean(found.expanded) }));

  const codes = ({ codes: found }) => {
    if (!found) return null;
    const percent = (value) => (value === 0 ? "0" : Format.percent(value, value < 0.001 ? 4 : value < 0.1 ? 2 : 1));
    const against = found.reference === "originals" ? "the vectors as they were given" : "both levels, since originals are not kept: what walks go by, and ranking corrects";
    const levels = [["first level", found.first_level], ["both levels", found.both_levels]].filter(([, level]) => level);
    return card("coded", "Quantization error", `Of ${Format.plural(found.first_level.count, "vector")}, the length of the difference to ${against}, as a share of the length.`,
      Charts.histogram({
        width: 480, counts: found.first_level.bins, first: 0, step: found.first_level.largest / found.first_level.bins.length,
        label: "Vectors by error of the first level", format: percent, marks: [{ value: found.first_level.mean, name: `mean ${percent(found.first_level.mean)}` }],
      }),
      element("table", {}, element("thead", {}, element("tr", {}, ["", "mean", "95 %", "largest"].map((name) => element("th", { class: name ? "number" : null, scope: "col" }, name)))),
        element("tbody", {}, levels.map(([name, level]) => element("tr", {}, element("th", { scope: "row" }, name),
          [level.mean, level.percentile95, level.largest].map((value) => element("td", { class: "number" }, percent(value))))))));
  };

  return { card, all: (subject) => [bytes, recall, codes, graph, walks].map((figure) => figure(subject)).flat().filter(Boolean) };
})();
