// Loci, Apache License 2.0.

// What the page was made of: JSON, and arrays of numbers as base64, each read when it is first asked for.
const Data = (() => {
  const root = JSON.parse(document.getElementById("data").textContent);
  const elements = document.getElementsByClassName("blob");
  const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

  const bytes = (place) => {
    const text = elements[place].textContent;
    if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
    const binary = atob(text);
    const result = new Uint8Array(binary.length);
    for (let index = 0; index < binary.length; index += 1) result[index] = binary.charCodeAt(index);
    return result;
  };

  const numbers = (place, Type) => {
    const raw = bytes(place);
    const size = Type.BYTES_PER_ELEMENT;
    if (!littleEndian) for (let start = 0; start < raw.length; start += size) raw.subarray(start, start + size).reverse();
    return new Type(raw.buffer, raw.byteOffset, raw.length / size);
  };

  // A column of the points' attributes: numbers, or texts that many points share.
  const field = (source) => {
    if (source.texts) {
      const places = numbers(source.places, Uint32Array);
      const text = (point) => source.texts[places[point]] ?? null;
      return { name: source.name, texts: source.texts, places, text, isNumeric: false };
    }
    const values = numbers(source.numbers, Float64Array);
    const isTime = /time|date|written/i.test(source.name) && values.some((value) => value > 1e8 && value < 1e11);
    const text = (point) => {
      if (Number.isNaN(values[point])) return null;
      return isTime ? Format.time(values[point]) : Format.value(values[point]);
    };
    return { name: source.name, values, text, isNumeric: true, isTime };
  };

  // The points of a subject's map; null where it has none.
  const points = (subject) => {
    if (!subject.map) return null;
    const { ids, total, shares, color_by: colorBy } = subject.map;
    const places = new Map();
    // Of rows of several vectors the first counts.
    for (let point = ids.length - 1; point >= 0; point -= 1) places.set(ids[point], point);
    return {
      ids, total, shares, colorBy, places, count: ids.length,
      x: numbers(subject.map.x, Float32Array), y: numbers(subject.map.y, Float32Array),
      fields: subject.map.fields.map(field),
    };
  };

  return { root, subjects: root.subjects, bytes, numbers, points };
})();
