// Loci, Apache License 2.0.

// Numbers, sizes and times as people read them: as the command prints them, whatever the browser's language.
const Format = (() => {
  const decimal = (value, places) => {
    if (!Number.isFinite(value)) return "–";
    const [whole, fraction] = Math.abs(value).toFixed(places).split(".");
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ",");
    const text = fraction ? `${grouped}.${fraction}` : grouped;
    return value < 0 && /[1-9]/.test(text) ? `−${text}` : text;
  };

  const count = (value) => decimal(value, 0);

  const bytes = (value) => {
    if (value < 1000) return `${value} B`;
    let unit = 0;
    const units = ["B", "kB", "MB", "GB", "TB", "PB"];
    while (value >= 999.5 && unit < units.length - 1) { value /= 1000; unit += 1; }
    return `${value.toFixed(value < 9.995 ? 2 : value < 99.95 ? 1 : 0)} ${units[unit]}`;
  };

  // Enough digits to tell numbers of a size apart.
  const value = (number) => {
    if (!Number.isFinite(number)) return "–";
    const size = Math.abs(number);
    if (Number.isInteger(number) && size < 1e15) return size < 10000 ? String(number).replace("-", "−") : count(number);
    if (size >= 1e6 || size < 1e-4) return number.toExponential(3).replace("-", "−");
    return decimal(number, size >= 100 ? 1 : size >= 1 ? 3 : 4);
  };

  const percent = (share, places = 1) => `${decimal(100 * share, places)} %`;

  // A time to the minute, in UTC, as the memory keeps it.
  const time = (seconds) => {
    const date = new Date(seconds * 1000);
    if (Number.isNaN(date.getTime())) return "";
    const text = date.toISOString();
    return text.endsWith("T00:00:00.000Z") ? text.slice(0, 10) : text.slice(0, 16).replace("T", " ");
  };

  const day = (seconds) => {
    const date = new Date(seconds * 1000);
    return Number.isNaN(date.getTime()) ? "" : date.toISOString().slice(0, 10);
  };

  const plural = (number, one, many = `${one}s`) => `${count(number)} ${number === 1 ? one : many}`;

  const cut = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

  return { bytes, count, cut, day, decimal, percent, plural, time, value };
})();
