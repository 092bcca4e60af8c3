// Loci, Apache License 2.0.

// Charts as SVG: each has a title that is read out, and its numbers in a table or a line beside it.
const Charts = (() => {
  const { element, svg } = Elements;

  // Round numbers of a range, some of them.
  const ticks = (low, high, wanted) => {
    if (!(high > low)) return [low];
    const rough = (high - low) / wanted;
    const size = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((factor) => factor * size).find((value) => value >= rough);
    const result = [];
    for (let place = Math.ceil(low / step); place * step <= high * (1 + 1e-9); place += 1) result.push(place * step);
    return result;
  };

  const text = (x, y, value, anchor = "middle", name = "tick") => svg("text", { x, y, "text-anchor": anchor, class: name }, value);

  const drawing = (width, height, label, ...children) => svg(
    "svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label, class: "chart" }, children);

  // Bars beside each other: of what each count is, `first` is what the first stands for, and `step` what each after it adds.
  const histogram = ({ counts, first = 0, step = 1, label, format = Format.value, marks = [], width = 290 }) => {
    const [height, left, bottom, top] = [150, 8, 24, 14];
    // No more bars than can be seen.
    const most = 60;
    const together = Math.ceil(counts.length / most);
    const bins = [];
    for (let start = 0; start < counts.length; start += together) bins.push(counts.slice(start, start + together).reduce((sum, count) => sum + count, 0));
    const tallest = Math.max(...bins, 1);
    const room = width - 2 * left;
    const each = room / Math.max(bins.length, 1);
    const end = first + bins.length * together * step;
    const x = (value) => left + ((value - first) / Math.max(end - first, 1e-30)) * room;
    const total = counts.reduce((sum, count) => sum + count, 0);
    const whole = step === 1;
    const bars = bins.map((count, place) => {
      const size = count > 0 ? Math.max((count / tallest) * (height - bottom - top), 1.5) : 0;
      const from = first + place * together * step;
      const to = from + together * step;
      const range = whole ? (together === 1 ? format(from) : `${format(from)} to ${format(to - 1)}`) : `${format(from)} to ${format(to)}`;
      return svg("rect", {
        x: left + place * each + Math.min(each * 0.1, 1), y: height - bottom - size,
        width: Math.max(each - Math.min(each * 0.2, 2), 0.5), height: size, rx: Math.min(each / 6, 1.5), class: "bar",
      }, svg("title", {}, `${range}: ${Format.count(count)} (${Format.percent(count / Math.max(total, 1))})`));
    });
    const shownTicks = ticks(first, end, 5).filter((value) => !whole || Number.isInteger(value));
    const middle = whole ? each / together / 2 : 0;
    const drawn = [
      svg("line", { x1: left, x2: width - left, y1: height - bottom + 0.5, y2: height - bottom + 0.5, class: "axis" }),
      bars,
      shownTicks.filter((value) => x(value) + middle <= width - left + 1).map((value) => text(Math.min(Math.max(x(value) + middle, 10), width - 14), height - 8, format(value))),
      marks.map(({ value, name }) => [
        svg("line", { x1: x(value) + middle, x2: x(value) + middle, y1: top - 2, y2: height - bottom, class: "mark" }),
        text(x(value) + middle, top - 5, name, x(value) > width * 0.8 ? "end" : x(value) < width * 0.2 ? "start" : "middle", "tick marked"),
      ]),
    ];
    return drawing(width, height, label, drawn);
  };

  // A share of a whole, part by part, with its table.
  const stack = (parts, label) => {
    const total = parts.reduce((sum, [, size]) => sum + size, 0);
    let from = 0;
    const width = 760;
    const rects = parts.map(([name, size], place) => {
      const wide = (size / total) * width;
      const rect = svg("rect", { x: from, y: 0, width: Math.max(wide - 1.5, 0.6), height: 22, rx: 2, style: { fill: `var(--part-${place % 10})` } },
        svg("title", {}, `${name}: ${Format.bytes(size)}, ${Format.percent(size / total)}`));
      from += wide;
      return rect;
    });
    const rows = parts.map(([name, size], place) => element(
      "tr", {}, element("th", { scope: "row" }, element("i", { class: "swatch", style: { background: `var(--part-${place % 10})` } }), name),
      element("td", { class: "number" }, Format.bytes(size)), element("td", { class: "number soft" }, Format.percent(size / total))));
    return [
      svg("svg", { viewBox: `0 0 ${width} 22`, role: "img", "aria-label": label, class: "chart stack", preserveAspectRatio: "none" }, rects),
      element("table", {}, element("tbody", {}, rows)),
    ];
  };

  // Recall over windows, on a logarithmic axis of windows.
  const curve = ({ curve: points, window: own, k, queries }) => {
    const [width, height, left, right, bottom, top] = [360, 216, 40, 16, 40, 14];
    const low = Math.min(...points.map((point) => point.recall));
    // What is interesting is how far it is from 1.
    const floor = low >= 0.95 ? 0.9 : low >= 0.6 ? 0.5 : 0;
    const [first, last] = [points[0].window, points[points.length - 1].window];
    const span = Math.log(Math.max(last, first * 1.01)) - Math.log(first);
    const x = (window) => left + ((Math.log(window) - Math.log(first)) / span) * (width - left - right);
    const y = (recall) => top + ((1 - recall) / (1 - floor)) * (height - top - bottom);
    const lines = Array.from({ length: 6 }, (_, place) => floor + ((1 - floor) * place) / 5);
    const path = points.map((point, place) => `${place === 0 ? "M" : "L"}${x(point.window).toFixed(1)} ${y(point.recall).toFixed(1)}`).join(" ");
    const shown = points.filter((point, place) => point.window === own || place === 0 || point.window === last || points.length < 9);
    const label = `Recall at ${k} over windows, of ${queries} queries`;
    let lastTick = -Infinity;
    return drawing(width, height, label,
      lines.map((value) => [
        svg("line", { x1: left, x2: width - right, y1: y(value), y2: y(value), class: "grid" }),
        text(left - 8, y(value) + 3.5, Format.decimal(value, 2), "end"),
      ]),
      svg("line", { x1: x(own), x2: x(own), y1: top, y2: height - bottom, class: "mark" }),
      svg("path", { d: path, class: "line" }),
      points.map((point) => svg("circle", { cx: x(point.window), cy: y(point.recall), r: point.window === own ? 5 : 3.5, class: point.window === own ? "dot own" : "dot" },
        svg("title", {}, `window ${point.window}: recall ${Format.decimal(point.recall, 4)}, lowest ${Format.decimal(point.lowest, 2)}`))),
      shown.map((point) => {
        if (x(point.window) - lastTick < 26) return null;
        lastTick = x(point.window);
        return text(x(point.window), height - bottom + 16, Format.count(point.window), "middle", point.window === own ? "tick marked" : "tick");
      }),
      text((left + width - right) / 2, height - 6, "window", "middle", "tick soft"));
  };

  return { curve, drawing, histogram, stack, text, ticks };
})();
