import type { IndexedPicture } from './png.ts';

export type Colour = readonly [red: number, green: number, blue: number];

/** A point of a line, in pixels. */
export type Point = readonly [x: number, y: number];

/** Something to draw with: a colour that fades into what it is drawn upon. */
export interface Ink {
  readonly colour: Colour;
  readonly upon: Colour;
}

/** Steps between an ink and its ground, so that edges are smooth. */
const STEPS = 31;

/** A picture to draw on with round-ended lines. The first ink's ground is that of the whole picture. */
export class Canvas {
  readonly #width: number;
  readonly #height: number;
  readonly #pixels: Uint8Array;
  readonly #inks: readonly Ink[];

  /** At most eight inks. */
  constructor(width: number, height: number, inks: readonly Ink[]) {
    this.#width = width;
    this.#height = height;
    this.#inks = inks;
    this.#pixels = new Uint8Array(width * height);
  }

  /** Draws a line through points, of the given thickness; one point alone is a dot. */
  line(ink: number, points: readonly Point[], thickness: number): void {
    const [first] = points;
    if (first === undefined) return;
    if (points.length === 1) this.#segment(ink, first, first, thickness / 2);
    for (let i = 1; i < points.length; i++) {
      const [from, to] = [points[i - 1], points[i]];
      if (from !== undefined && to !== undefined) this.#segment(ink, from, to, thickness / 2);
    }
  }

  picture(): IndexedPicture {
    const palette = new Uint8Array(this.#inks.length * (STEPS + 1) * 3);
    for (const [index, { colour, upon }] of this.#inks.entries())
      for (let step = 0; step <= STEPS; step++)
        for (let part = 0; part < 3; part++) {
          const [full, none] = [colour[part] ?? 0, upon[part] ?? 0];
          const place = (index * (STEPS + 1) + step) * 3 + part;
          palette[place] = Math.round(none + ((full - none) * step) / STEPS);
        }
    return { width: this.#width, height: this.#height, pixels: this.#pixels, palette };
  }

  /** Covers every pixel by how near its middle is to the segment; of two strokes of one ink the stronger stays. */
  #segment(ink: number, [x0, y0]: Point, [x1, y1]: Point, radius: number): void {
    const left = Math.max(0, Math.floor(Math.min(x0, x1) - radius - 1));
    const right = Math.min(this.#width - 1, Math.ceil(Math.max(x0, x1) + radius + 1));
    const top = Math.max(0, Math.floor(Math.min(y0, y1) - radius - 1));
    const bottom = Math.min(this.#height - 1, Math.ceil(Math.max(y0, y1) + radius + 1));
    const [dx, dy] = [x1 - x0, y1 - y0];
    const length = dx * dx + dy * dy || 1;
    const base = ink * (STEPS + 1);
    for (let y = top; y <= bottom; y++)
      for (let x = left; x <= right; x++) {
        const [px, py] = [x + 0.5 - x0, y + 0.5 - y0];
        const along = Math.max(0, Math.min(1, (px * dx + py * dy) / length));
        const [ax, ay] = [px - along * dx, py - along * dy];
        const cover = radius + 0.5 - Math.sqrt(ax * ax + ay * ay);
        const step = Math.round(Math.min(1, cover) * STEPS);
        if (step <= 0) continue;
        const place = y * this.#width + x;
        const before = this.#pixels[place] ?? 0;
        const isSameInk = before >= base && before <= base + STEPS;
        this.#pixels[place] = isSameInk ? Math.max(before, base + step) : base + step;
      }
  }
}
