// Loci, Apache License 2.0.

// Drawing many points, and finding the one under a pointer.
//
// Twenty thousand discs are some two million calls a second of a canvas; written straight into the bytes of an image they
// are a millisecond or two a frame, on any machine, with or without a graphics card.
const Points = (() => {
  // How much of each pixel a disc of a radius covers, from 0 to 255.
  const stamps = new Map();
  const stamp = (radius) => {
    const key = Math.round(radius * 4);
    if (!stamps.has(key)) {
      const exact = key / 4;
      const reach = Math.ceil(exact);
      const size = 2 * reach + 1;
      const cover = new Uint8Array(size * size);
      for (let y = -reach; y <= reach; y += 1) {
        for (let x = -reach; x <= reach; x += 1) {
          const inside = Math.min(Math.max(exact + 0.5 - Math.hypot(x, y), 0), 1);
          cover[(y + reach) * size + x + reach] = Math.round(255 * inside);
        }
      }
      stamps.set(key, { cover, reach, size });
    }
    return stamps.get(key);
  };

  // Blends discs into an image.
  // options: x, y: places; scale, left, top: how places become pixels; colours: {places, palette}; radius, opacity;
  // background: [red, green, blue]; shown: which palette places are whole, null for all.
  // Returns how many points were drawn, for who counts work.
  const draw = (image, { x, y, scale, left, top, colours, radius, opacity, background, shown }) => {
    const { width, height, data } = image;
    const words = new Uint32Array(data.buffer);
    const one = new Uint8ClampedArray([...background, 255]);
    words.fill(new Uint32Array(one.buffer)[0]);
    const { cover, reach, size } = stamp(radius);
    const { places, palette } = colours;
    let drawn = 0;
    const pass = (wanted) => {
      for (let point = 0; point < x.length; point += 1) {
        const isWhole = shown === null || shown === places[point];
        if (isWhole !== wanted) continue;
        const column = Math.round(x[point] * scale + left);
        const row = Math.round(top - y[point] * scale);
        if (column < -reach || row < -reach || column >= width + reach || row >= height + reach) continue;
        drawn += 1;
        const [red, green, blue] = palette[places[point]];
        const strength = wanted ? opacity : opacity * 0.13;
        const firstX = Math.max(column - reach, 0);
        const lastX = Math.min(column + reach, width - 1);
        const lastY = Math.min(row + reach, height - 1);
        for (let pixelY = Math.max(row - reach, 0); pixelY <= lastY; pixelY += 1) {
          let from = (pixelY - row + reach) * size + firstX - column + reach;
          let to = 4 * (pixelY * width + firstX);
          for (let pixelX = firstX; pixelX <= lastX; pixelX += 1, from += 1, to += 4) {
            const share = (cover[from] * strength) / 255;
            data[to] += (red - data[to]) * share;
            data[to + 1] += (green - data[to + 1]) * share;
            data[to + 2] += (blue - data[to + 2]) * share;
          }
        }
      }
    };
    if (shown !== null) pass(false);
    pass(true);
    return drawn;
  };

  // A grid over the places, by which the nearest point is found by looking at a few.
  class Grid {
    constructor(x, y) {
      this.x = x;
      this.y = y;
      this.looked = 0;
      let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
      for (let point = 0; point < x.length; point += 1) {
        left = Math.min(left, x[point]);
        right = Math.max(right, x[point]);
        bottom = Math.min(bottom, y[point]);
        top = Math.max(top, y[point]);
      }
      this.bounds = x.length > 0 ? { left, right, bottom, top } : { left: -1, right: 1, bottom: -1, top: 1 };
      this.cells = Math.max(1, Math.min(256, Math.ceil(Math.sqrt(x.length / 3))));
      this.width = Math.max(right - left, 1e-30) / this.cells;
      this.height = Math.max(top - bottom, 1e-30) / this.cells;
      this.starts = new Uint32Array(this.cells * this.cells + 1);
      const cell = new Uint32Array(x.length);
      for (let point = 0; point < x.length; point += 1) {
        cell[point] = this.row(y[point]) * this.cells + this.column(x[point]);
        this.starts[cell[point] + 1] += 1;
      }
      for (let place = 1; place < this.starts.length; place += 1) this.starts[place] += this.starts[place - 1];
      this.points = new Uint32Array(x.length);
      const next = this.starts.slice();
      for (let point = 0; point < x.length; point += 1) this.points[next[cell[point]]++] = point;
    }

    column(x) { return Math.min(Math.max(Math.floor((x - this.bounds.left) / this.width), 0), this.cells - 1); }
    row(y) { return Math.min(Math.max(Math.floor((y - this.bounds.bottom) / this.height), 0), this.cells - 1); }

    // The nearest point no farther than `reach`; -1 for none.
    nearest(x, y, reach) {
      this.looked = 0;
      let [best, least] = [-1, reach * reach];
      const [firstColumn, lastColumn] = [this.column(x - reach), this.column(x + reach)];
      const [firstRow, lastRow] = [this.row(y - reach), this.row(y + reach)];
      for (let row = firstRow; row <= lastRow; row += 1) {
        for (let column = firstColumn; column <= lastColumn; column += 1) {
          const cell = row * this.cells + column;
          for (let place = this.starts[cell]; place < this.starts[cell + 1]; place += 1) {
            const point = this.points[place];
            const distance = (this.x[point] - x) ** 2 + (this.y[point] - y) ** 2;
            this.looked += 1;
            if (distance <= least && (distance < least || best < 0)) [best, least] = [point, distance];
          }
        }
      }
      return best;
    }
  }

  return { draw, Grid };
})();
