/** The head of an HTTP response: header names in lower case, repeated ones joined by a comma. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
}

/** What a reader tells about the one response that it reads. */
export interface ResponseListener {
  onHead(head: ResponseHead): void;
  /** A piece of the body; the bytes are overwritten later, so who wants to keep them copies them. */
  onBody(piece: Buffer): void;
  /** The response is complete. `reusable`: another request may follow on the connection. */
  onComplete(reusable: boolean): void;
  /** The bytes are no HTTP/1.1 response that has only one reading; the connection must go. */
  onMalformed(reason: string): void;
}

type State = 'head' | 'length' | 'until-close' | 'chunk-size' | 'chunk' | 'chunk-end' | 'trailer' | 'over';

const MAX_HEAD_BYTES = 64 * 1024;
const MAX_CHUNK_LINE_BYTES = 4 * 1024;
const NOTHING = Buffer.alloc(0);

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-5][0-9]{2})(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const HEADER_LINE = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*?)[ \t]*$/;
const CHUNK_SIZE = /^([0-9a-fA-F]{1,8})[ \t]*(?:;[\t\x20-\x7e\x80-\xff]*)?$/;
const CONTENT_LENGTH = /^[0-9]{1,15}$/;
/** Headers that frame the message: two of them would leave it to the reader which one counts. */
const FRAMING = new Set(['content-length', 'transfer-encoding']);

/** Where the body that follows a head ends, and whether another request may follow it. */
interface Framing {
  readonly body: 'none' | 'length' | 'chunks' | 'until-close';
  readonly length: number;
  readonly keepsAlive: boolean;
}

/** A head with the bytes that it was read from. */
interface ReadHead {
  readonly bytes: Buffer;
  readonly head: ResponseHead;
  readonly framing: Framing;
}

/**
 * Reads the HTTP/1.1 responses from the bytes of a connection (RFC 9112), one after the other, however they are split. It takes what has exactly
 * one reading and nothing else: no folded headers, no bare line feeds, no two lengths, no length beside chunks, no coding
 * but `chunked`. Whatever follows a complete response makes the connection unusable. A head that comes again, byte for byte, is not read
 * again: it gives the same object.
 */
export class ResponseReader {
  readonly #listener: ResponseListener;
  #state: State = 'over';
  #last: ReadHead | undefined;
  /** What was not enough to go on with. */
  #rest: Buffer = NOTHING;
  #remaining = 0;
  #trailerBytes = 0;
  #keepsAlive = true;

  constructor(listener: ResponseListener) {
    this.#listener = listener;
  }

  /** A request is on its way, so that a response is awaited. */
  next(): void {
    this.#state = 'head';
    this.#rest = NOTHING;
    this.#trailerBytes = 0;
  }

  get isAwaiting(): boolean {
    return this.#state !== 'over';
  }

  push(bytes: Buffer): void {
    let input = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    this.#rest = NOTHING;
    while (input.length > 0) {
      if (this.#state === 'over') return; // told already that the connection cannot be used again
      const used = this.#step(input);
      if (used === 0) {
        if (this.#isOver()) return;
        this.#rest = Buffer.from(input);
        return;
      }
      input = input.subarray(used);
    }
  }

  /** The server has closed its side. */
  end(): void {
    if (this.#isOver()) return;
    if (this.#state === 'until-close') this.#complete(false);
    else this.#fail('the connection ended before the response did');
  }

  #isOver(): boolean {
    return this.#state === 'over';
  }

  /** Takes what it can from the front of the input; gives how many bytes that was, 0 when there is not enough. */
  #step(input: Buffer): number {
    switch (this.#state) {
      case 'head':
        return this.#readHead(input);
      case 'length':
      case 'chunk':
        return this.#readBody(input);
      case 'until-close':
        this.#listener.onBody(input);
        return input.length;
      case 'chunk-size':
        return this.#readChunkSize(input);
      case 'chunk-end':
        return this.#readChunkEnd(input);
      case 'trailer':
        return this.#readTrailer(input);
      case 'over':
        return 0;
    }
  }

  #readHead(input: Buffer): number {
    const last = this.#last;
    const length = last?.bytes.length ?? 0;
    if (last === undefined || input.length < length || last.bytes.compare(input, 0, length) !== 0)
      return this.#readNewHead(input);
    return this.#begin(last, input.length - length) ? length : 0;
  }

  #readNewHead(input: Buffer): number {
    const end = input.indexOf('\r\n\r\n');
    if (end < 0 || end > MAX_HEAD_BYTES) {
      return input.length > MAX_HEAD_BYTES ? this.#fail('the head of the response is too large') : 0;
    }
    const lines = input.toString('latin1', 0, end).split('\r\n');
    const [, minor, status] = STATUS_LINE.exec(lines[0] ?? '') ?? [];
    if (status === undefined) return this.#fail('the response has no status line');
    const headers = new Map<string, string>();
    for (let i = 1; i < lines.length; i++) {
      const [, name, value = ''] = HEADER_LINE.exec(lines[i] ?? '') ?? [];
      if (name === undefined) return this.#fail('a header of the response is malformed');
      const key = name.toLowerCase();
      const before = headers.get(key);
      if (before !== undefined && FRAMING.has(key)) return this.#fail(`the response has two ${key} headers`);
      headers.set(key, before === undefined ? value : `${before}, ${value}`);
    }
    const used = end + 4;
    const code = Number(status);
    if (code === 101) return this.#fail('the response switches protocols');
    if (code < 200) return used; // an interim response: the real one follows
    const framing = framingOf(code, headers, minor === '1');
    if (typeof framing === 'string') return this.#fail(framing);
    this.#last = { bytes: Buffer.from(input.subarray(0, used)), head: { status: code, headers }, framing };
    return this.#begin(this.#last, input.length - used) ? used : 0;
  }

  /** False when nobody wants the response any more. */
  #begin({ head, framing }: ReadHead, following: number): boolean {
    this.#keepsAlive = framing.keepsAlive;
    this.#remaining = framing.length;
    this.#listener.onHead(head);
    if (this.#isOver()) return false;
    if (framing.body === 'none') this.#complete(following === 0);
    else this.#state = framing.body === 'chunks' ? 'chunk-size' : framing.body;
    return true;
  }

  #readBody(input: Buffer): number {
    const piece = input.length > this.#remaining ? input.subarray(0, this.#remaining) : input;
    this.#remaining -= piece.length;
    this.#listener.onBody(piece);
    if (this.#remaining > 0 || this.#isOver()) return piece.length;
    if (this.#state === 'chunk') this.#state = 'chunk-end';
    else this.#complete(piece.length === input.length);
    return piece.length;
  }

  #readChunkSize(input: Buffer): number {
    const line = this.#line(input);
    if (line === undefined) return 0;
    const size = CHUNK_SIZE.exec(line)?.[1];
    if (size === undefined) return this.#fail('the size of a chunk is malformed');
    this.#remaining = Number.parseInt(size, 16);
    this.#state = this.#remaining === 0 ? 'trailer' : 'chunk';
    return line.length + 2;
  }

  #readChunkEnd(input: Buffer): number {
    if (input.length < 2) return 0;
    if (input[0] !== 13 || input[1] !== 10) return this.#fail('a chunk is longer than it says');
    this.#state = 'chunk-size';
    return 2;
  }

  /** Trailers are read over: nothing in them is used. */
  #readTrailer(input: Buffer): number {
    const line = this.#line(input);
    if (line === undefined) return 0;
    this.#trailerBytes += line.length;
    if (line === '') this.#complete(input.length === 2);
    else if (!HEADER_LINE.test(line) || this.#trailerBytes > MAX_HEAD_BYTES)
      return this.#fail('a trailer of the response is malformed');
    return line.length + 2;
  }

  /** The next line without its end; undefined when it is not there yet. */
  #line(input: Buffer): string | undefined {
    const end = input.indexOf('\r\n');
    if (end >= 0 && end <= MAX_CHUNK_LINE_BYTES) return input.toString('latin1', 0, end);
    if (end >= 0 || input.length > MAX_CHUNK_LINE_BYTES) this.#fail('a line of the body is too long');
    return undefined;
  }

  #complete(nothingFollows: boolean): void {
    this.#state = 'over';
    this.#listener.onComplete(nothingFollows && this.#keepsAlive);
  }

  #fail(reason: string): 0 {
    this.#state = 'over';
    this.#listener.onMalformed(reason);
    return 0;
  }

  /** Nobody wants to hear the rest. */
  stop(): void {
    this.#state = 'over';
  }
}

/** Finds out where the body ends (RFC 9112, 6.3); says what is wrong with a head that does not tell. */
function framingOf(
  status: number,
  headers: ReadonlyMap<string, string>,
  isHttp11: boolean,
): Framing | string {
  const coding = headers.get('transfer-encoding');
  const length = headers.get('content-length');
  if (coding !== undefined && (coding.toLowerCase() !== 'chunked' || length !== undefined || !isHttp11))
    return 'the response has a transfer coding that cannot be relied on';
  if (length !== undefined && !CONTENT_LENGTH.test(length))
    return 'the content length of the response is no number';
  const connection = headers.get('connection')?.toLowerCase() ?? '';
  const keepsAlive = isHttp11 && !/(?:^|,)\s*close\s*(?:,|$)/.test(connection);
  const bytes = Number(length ?? 0);
  if (status === 204 || status === 304 || (length !== undefined && bytes === 0))
    return { body: 'none', length: bytes, keepsAlive };
  if (coding !== undefined) return { body: 'chunks', length: 0, keepsAlive };
  return { body: length === undefined ? 'until-close' : 'length', length: bytes, keepsAlive };
}
