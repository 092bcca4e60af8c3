// Loci, Apache License 2.0.

// Colours of points. Those of kinds are the ones that Okabe and Ito chose to be told apart by everyone; those of numbers go
// from light to dark or back, so that their order is seen without hues as well.
const Colours = (() => {
  const kinds = {
    light: ["#0072b2", "#d55e00", "#009e73", "#c05a94", "#e69f00", "#3f9fd8", "#8a7300", "#5c4aa8"],
    dark: ["#56b4e9", "#f08a4b", "#2ec4a0", "#e39ac4", "#f0b83c", "#9fd6f5", "#d8cd4a", "#a99af0"],
  };
  const scales = {
    light: ["#d3cf5f", "#8cc07a", "#44a28c", "#2c7d9b", "#32559a", "#33276b"],
    dark: ["#3c4f9c", "#3a7ab0", "#3fa39e", "#7cc283", "#c5d467", "#f7ec8a"],
  };
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const scheme = () => (dark.matches ? "dark" : "light");

  const parse = (hex) => [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));

  // The colours of the page itself.
  const named = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

  const onScale = (share) => {
    const stops = scales[scheme()].map(parse);
    const place = Math.min(Math.max(share, 0), 1) * (stops.length - 1);
    const low = Math.min(Math.floor(place), stops.length - 2);
    return stops[low].map((part, channel) => Math.round(part + (place - low) * (stops[low + 1][channel] - part)));
  };

  const css = ([red, green, blue]) => `rgb(${red} ${green} ${blue})`;

  // Colours of all points by a field: of each point a place in a palette, and what the palette means.
  const byField = (field, count) => {
    const other = parse(named("quiet"));
    if (!field) return { places: new Uint8Array(count), palette: [parse(named("accent"))], legend: [], field: null };
    if (field.isNumeric) return byNumbers(field, count, other);
    const totals = new Array(field.texts.length).fill(0);
    for (let point = 0; point < count; point += 1) if (field.places[point] < totals.length) totals[field.places[point]] += 1;
    const order = totals.map((_, place) => place).sort((a, b) => totals[b] - totals[a] || a - b);
    const most = kinds[scheme()].length;
    const shown = order.slice(0, order.length > most ? most - 1 : most);
    const own = new Uint8Array(field.texts.length).fill(shown.length);
    shown.forEach((text, place) => { own[text] = place; });
    const places = new Uint8Array(count);
    let others = 0;
    for (let point = 0; point < count; point += 1) {
      places[point] = field.places[point] < own.length ? own[field.places[point]] : shown.length;
      others += places[point] === shown.length ? 1 : 0;
    }
    const palette = [...shown.map((_, place) => parse(kinds[scheme()][place])), other];
    const legend = shown.map((text, place) => ({ label: field.texts[text], count: totals[text], colour: css(palette[place]), place }));
    if (others > 0) {
      const label = order.length > shown.length ? "all others" : "none";
      legend.push({ label, count: others, colour: css(other), place: shown.length });
    }
    return { places, palette, legend, field };
  };

  const steps = 64;

  const byNumbers = (field, count, other) => {
    let [low, high] = [Infinity, -Infinity];
    for (const value of field.values) if (Number.isFinite(value)) { low = Math.min(low, value); high = Math.max(high, value); }
    const places = new Uint8Array(count).fill(steps);
    for (let point = 0; point < count; point += 1) {
      const value = field.values[point];
      if (Number.isFinite(value)) places[point] = high > low ? Math.round(((value - low) / (high - low)) * (steps - 1)) : 0;
    }
    const palette = Array.from({ length: steps }, (_, step) => onScale(step / (steps - 1)));
    return { places, palette: [...palette, other], legend: [], field, range: [low, high], gradient: palette.map(css) };
  };

  return { byField, css, named, parse, scheme, kind: (place) => kinds[scheme()][place % 8], onChange: (call) => dark.addEventListener("change", call) };
})();
