import type { OversizeLine } from '../conversation/index.ts';

const LF = 0x0a;
const CR = 0x0d;
const KEPT_EDGE_BYTES = 512;

export interface LineListener {
  /** A line without its end, never empty. */
  onLine(line: Buffer): void;
  onOversize(line: OversizeLine): void;
}

/**
 * Cuts a byte stream into lines that end with LF or CR LF. Holds at most `maxBytes` (512 or more) of one line; a longer
 * one is thrown away as it comes and reported once, at its end.
 */
export class LineReader {
  readonly #maxBytes: number;
  readonly #listener: LineListener;
  #parts: Buffer[] = [];
  #bytes = 0;
  /** Set from the moment a line is known to be too long. */
  #edges: { readonly head: Buffer; readonly tail: Buffer } | undefined;

  constructor(maxBytes: number, listener: LineListener) {
    this.#maxBytes = maxBytes;
    this.#listener = listener;
  }

  push(chunk: Buffer): void {
    let start = 0;
    for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
      this.#add(chunk.subarray(start, end));
      this.#finish();
      start = end + 1;
    }
    if (start < chunk.length) this.#add(chunk.subarray(start));
  }

  /** The stream ended: what stands there without a line end counts as a line. */
  end(): void {
    this.#finish();
  }

  #add(part: Buffer): void {
    this.#bytes += part.length;
    this.#parts.push(part);
    if (this.#bytes <= this.#maxBytes) return;
    const begun = Buffer.concat([this.#edges?.tail ?? Buffer.alloc(0), ...this.#parts]);
    this.#edges = {
      head: this.#edges?.head ?? Buffer.from(begun.subarray(0, KEPT_EDGE_BYTES)),
      tail: Buffer.from(begun.subarray(-KEPT_EDGE_BYTES)),
    };
    this.#parts = [];
  }

  #finish(): void {
    const { head, tail } = this.#edges ?? {};
    const parts = this.#parts;
    const bytes = this.#bytes;
    this.#parts = [];
    this.#bytes = 0;
    this.#edges = undefined;
    if (head !== undefined && tail !== undefined) {
      this.#listener.onOversize({ head: head.toString(), tail: tail.toString(), bytes });
      return;
    }
    let line = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
    if (line.at(-1) === CR) line = line.subarray(0, -1);
    if (line.length > 0) this.#listener.onLine(line);
  }
}
