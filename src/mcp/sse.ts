/** One event of a server-sent event stream, with only the fields that its own block wrote. */
export interface SseEvent {
  readonly id?: string;
  readonly event?: string;
  /** Milliseconds before a reconnection. */
  readonly retry?: number;
  /** The data lines joined by LF; empty when there was none. */
  readonly data: string;
  /** Tells a priming event with empty data from a block without any. */
  readonly hasData: boolean;
}

export type SseRead = {
  /** The events that these bytes completed; on a fault, those before it. */
  readonly events: readonly SseEvent[];
  /** A comment line arrived: the other side lives. */
  readonly sawComment: boolean;
} & ({ readonly ok: true } | { readonly ok: false; readonly reason: 'event_too_large' | 'not_utf8' });

export interface SseLimits {
  /** Bytes of one event's fields, line ends not counted; default 4 MiB. */
  readonly maxEventBytes?: number;
}

const MAX_EVENT_BYTES = 4 * 1024 * 1024;
const LF = 10;
const CR = 13;
const SPACE = 32;
const COLON = 58;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function isByteOrderMark(bytes: Uint8Array): boolean {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
}

function join(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/**
 * Reads an event stream chunk by chunk (WHATWG HTML, "Server-sent events"): lines end in LF, CR or CRLF, one byte
 * order mark at the start is skipped, unknown fields are ignored. Two things differ from a browser, because events
 * are carried on: a block without data still yields an event when it has any field, and bytes that are not UTF-8 are
 * a fault, not replaced. Lines are cut as bytes and decoded whole, so chunks may end anywhere. A block that the
 * stream's end cuts off is lost, as the standard wants.
 */
export class SseReader {
  readonly #maxEventBytes: number;
  /** Pieces of the line that the last chunk left unfinished. */
  #pieces: Uint8Array[] = [];
  #pieceBytes = 0;
  #eventBytes = 0;
  #isFirstLine = true;
  #endedInCr = false;
  #fault: 'event_too_large' | 'not_utf8' | undefined;
  #events: SseEvent[] = [];
  #sawComment = false;

  #id: string | undefined;
  #event: string | undefined;
  #retry: number | undefined;
  #data: string[] = [];

  constructor(limits: SseLimits = {}) {
    this.#maxEventBytes = limits.maxEventBytes ?? MAX_EVENT_BYTES;
  }

  /** Takes the next bytes and returns the events that they complete. After a fault every further call repeats it. */
  push(chunk: Uint8Array): SseRead {
    this.#events = [];
    this.#sawComment = false;
    if (this.#fault === undefined) this.#cutLines(chunk);
    const seen = { events: this.#events, sawComment: this.#sawComment };
    return this.#fault === undefined ? { ok: true, ...seen } : { ok: false, reason: this.#fault, ...seen };
  }

  #cutLines(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    let start = this.#endedInCr && chunk[0] === LF ? 1 : 0;
    this.#endedInCr = chunk[chunk.length - 1] === CR;
    let nextCr = chunk.indexOf(CR, start);
    while (start < chunk.length && this.#fault === undefined) {
      const nextLf = chunk.indexOf(LF, start);
      if (nextCr >= 0 && nextCr < start) nextCr = chunk.indexOf(CR, start);
      const isCr = nextCr >= 0 && (nextLf < 0 || nextCr < nextLf);
      const end = isCr ? nextCr : nextLf;
      if (end < 0) {
        this.#keep(chunk.subarray(start));
        return;
      }
      this.#takeLine(chunk.subarray(start, end));
      start = end + (isCr && chunk[end + 1] === LF ? 2 : 1);
    }
  }

  /** Copies, because the chunk belongs to the caller. (`slice` of a Buffer would not.) */
  #keep(rest: Uint8Array): void {
    this.#pieces.push(new Uint8Array(rest));
    this.#pieceBytes += rest.length;
    if (this.#eventBytes + this.#pieceBytes > this.#maxEventBytes) this.#fault = 'event_too_large';
  }

  #takeLine(tail: Uint8Array): void {
    let line = tail;
    if (this.#pieceBytes > 0) {
      line = join([...this.#pieces, tail], this.#pieceBytes + tail.length);
      this.#pieces = [];
      this.#pieceBytes = 0;
    }
    // Measured with the byte order mark, as an unfinished line is, so that it does not matter where chunks end.
    if (this.#eventBytes + line.length > this.#maxEventBytes) {
      this.#fault = 'event_too_large';
      return;
    }
    if (this.#isFirstLine) {
      this.#isFirstLine = false;
      if (isByteOrderMark(line)) line = line.subarray(3);
    }
    if (line.length === 0) this.#dispatch();
    else if (line[0] === COLON) this.#sawComment = true;
    else this.#readField(line);
  }

  #readField(line: Uint8Array): void {
    this.#eventBytes += line.length;
    const colon = line.indexOf(COLON);
    const valueStart = colon + (line[colon + 1] === SPACE ? 2 : 1);
    try {
      const name = decoder.decode(colon < 0 ? line : line.subarray(0, colon));
      this.#setField(name, colon < 0 ? '' : decoder.decode(line.subarray(valueStart)));
    } catch {
      this.#fault = 'not_utf8';
    }
  }

  #setField(name: string, value: string): void {
    if (name === 'data') this.#data.push(value);
    else if (name === 'event') this.#event = value;
    else if (name === 'id' && !value.includes('\0')) this.#id = value;
    else if (name === 'retry' && /^[0-9]{1,15}$/.test(value)) this.#retry = Number(value);
  }

  #dispatch(): void {
    const hasData = this.#data.length > 0;
    const isEmpty =
      !hasData && this.#id === undefined && this.#event === undefined && this.#retry === undefined;
    if (!isEmpty) {
      this.#events.push({
        ...(this.#id === undefined ? {} : { id: this.#id }),
        ...(this.#event === undefined ? {} : { event: this.#event }),
        ...(this.#retry === undefined ? {} : { retry: this.#retry }),
        data: this.#data.join('\n'),
        hasData,
      });
    }
    this.#eventBytes = 0;
    this.#id = undefined;
    this.#event = undefined;
    this.#retry = undefined;
    this.#data = [];
  }
}

/** Keeps a value on its line: a line end inside it would start a field of the sender's choice. */
function onOneLine(value: string): string {
  return value.replaceAll(/[\r\n\0]/g, '');
}

/** Writes an event as the text of its block, blank line included. `SseReader` reads the same event back. */
export function writeSseEvent(event: SseEvent): string {
  let text = '';
  if (event.id !== undefined) text += `id: ${onOneLine(event.id)}\n`;
  if (event.event !== undefined) text += `event: ${onOneLine(event.event)}\n`;
  if (event.retry !== undefined) text += `retry: ${event.retry}\n`;
  if (event.hasData) {
    for (const line of event.data.split(/\r\n|\r|\n/)) text += `data: ${line}\n`;
  }
  return `${text}\n`;
}

/** A comment that keeps an idle stream open. */
export const SSE_KEEP_ALIVE = ':\n\n';
