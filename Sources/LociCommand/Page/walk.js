// Loci, Apache License 2.0.

// Searches that the page makes itself, on 8-bit copies of the vectors and the links of the graph: best-first with a window
// of candidates (Subramanya et al., "DiskANN", NeurIPS 2019, algorithm 1). The engine walks the same graph by its own codes,
// and ends by distance and not at a fixed number; so the ways are alike, not equal.
class Walker {
  constructor(subject, points) {
    const data = subject.graph_data;
    this.metric = subject.info.metric;
    this.dimension = subject.info.dimension;
    this.window = subject.info.search_window;
    this.count = points.count;
    this.measured = 0;
    this.codes = Data.bytes(data.codes);
    for (const name of ["lows", "steps", "mean", "first", "second"]) this[name] = Data.numbers(data[name], Float32Array);
    for (const name of ["ends", "links", "entries"]) this[name] = Data.numbers(data[name], Uint32Array);
    // Squared lengths, once.
    this.squares = new Float64Array(this.count);
    for (let point = 0; point < this.count; point += 1) {
      let sum = 0;
      const start = point * this.dimension;
      for (let place = start; place < start + this.dimension; place += 1) {
        const value = this.lows[point] + this.steps[point] * this.codes[place];
        sum += value * value;
      }
      this.squares[point] = sum;
    }
  }

  get isScan() { return this.links.length === 0; }

  // The vector of a point, as its copy has it.
  vector(point) {
    const start = point * this.dimension;
    return Float64Array.from({ length: this.dimension }, (_, place) => this.lows[point] + this.steps[point] * this.codes[start + place]);
  }

  // Where a vector is on the map.
  place(vector) {
    let [x, y] = [0, 0];
    const values = this.admitted(vector);
    for (let place = 0; place < this.dimension; place += 1) {
      const value = values[place] - this.mean[place];
      x += value * this.first[place];
      y += value * this.second[place];
    }
    return [x, y];
  }

  admitted(vector) {
    if (this.metric !== "cosine") return vector;
    const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
    return length > 0 ? vector.map((value) => value / length) : vector;
  }

  // Finds the nearest to a vector; what it returns is what a recorded way has.
  search(vector, k = 10) {
    const query = this.admitted(vector);
    const sum = query.reduce((total, value) => total + value, 0);
    const square = query.reduce((total, value) => total + value * value, 0);
    this.measured = 0;
    const distance = (point) => {
      this.measured += 1;
      let product = 0;
      const start = point * this.dimension;
      for (let place = 0; place < this.dimension; place += 1) product += query[place] * this.codes[start + place];
      const dot = this.lows[point] * sum + this.steps[point] * product;
      if (this.metric === "l2") {
        const whole = square + this.squares[point];
        // What is left of equal vectors by rounding is nothing.
        return whole - 2 * dot < 1e-12 * whole ? 0 : whole - 2 * dot;
      }
      return this.metric === "ip" ? -dot : 1 - dot;
    };
    const seeds = this.isScan ? Array.from({ length: this.count }, (_, point) => point) : this.seeds(distance);
    const { candidates, hops } = this.walk(seeds, distance, Math.max(this.window, k));
    return {
      entries: this.isScan ? [] : seeds, hops, found: candidates.slice(0, k).map(({ point, far }) => [point, far]),
      measured: this.measured, window: this.window,
    };
  }

  // The entry point, and the nearest eight of the table of entries, as the engine takes them.
  seeds(distance) {
    const [entry, ...table] = this.entries;
    const near = [...new Set(table)].filter((point) => point !== entry)
      .map((point) => ({ point, far: distance(point) })).sort((a, b) => a.far - b.far || a.point - b.point);
    return [entry, ...near.slice(0, 8).map(({ point }) => point)];
  }

  walk(seeds, distance, window) {
    const candidates = [];
    const seen = new Uint8Array(this.count);
    const hops = [];
    const take = (point, origin) => {
      seen[point] = 1;
      const candidate = { point, origin, far: distance(point), isDone: this.isScan };
      if (candidates.length >= window && candidate.far >= candidates[candidates.length - 1].far) return;
      let [low, high] = [0, candidates.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (candidates[middle].far < candidate.far || (candidates[middle].far === candidate.far && candidates[middle].point < point)) low = middle + 1;
        else high = middle;
      }
      candidates.splice(low, 0, candidate);
      if (candidates.length > window) candidates.pop();
    };
    for (const seed of seeds) take(seed, -1);
    for (;;) {
      const next = candidates.find((candidate) => !candidate.isDone);
      if (!next) return { candidates, hops };
      next.isDone = true;
      const place = hops.length;
      const hop = [next.point, next.origin, next.far, 0];
      hops.push(hop);
      for (let link = next.point === 0 ? 0 : this.ends[next.point - 1]; link < this.ends[next.point]; link += 1) {
        const point = this.links[link];
        if (seen[point]) continue;
        hop[3] += 1;
        take(point, place);
      }
    }
  }
}
