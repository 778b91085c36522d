import { connect as connectPlain, type LookupFunction, type Socket } from 'node:net';
import { connect as connectSecure } from 'node:tls';
import { Alarm } from './alarm.ts';
import { ResponseReader, type ResponseHead, type ResponseListener } from './response-reader.ts';

/** Where connections go. */
export interface Origin {
  readonly host: string;
  readonly port: number;
  readonly isSecure: boolean;
}

export interface ConnectOptions {
  readonly connectMs: number;
  /** In place of the system's name look-up. */
  readonly lookup?: LookupFunction | undefined;
}

/** One request, as it goes over the wire. */
export interface RawRequest {
  /** Request line and headers, with the empty line that ends them; ASCII. */
  readonly head: string;
  readonly body: Uint8Array | undefined;
}

/** Who waits for the response to one request. */
export interface RequestListener {
  /** The request is on its way: from now on it may have reached the server. */
  onSent(): void;
  onHead(head: ResponseHead): void;
  /** The bytes are overwritten later. */
  onBody(piece: Buffer): void;
  onComplete(): void;
  /** No (whole) response: the connection could not be made, broke, or brought something malformed. */
  onError(error: Error): void;
  /** The connection's alarm rings. */
  onAlarm(): void;
}

const READ_BYTES = 64 * 1024;
/** Up to here a body is sent in one piece with its head. */
const ONE_PIECE_BYTES = 16 * 1024;
/**
 * A server closes idle connections when it likes, and a call that is under way at that moment breaks: ours are given up
 * before. Many keep them for five seconds and do not say so.
 */
const IDLE_MS = 4_000;
/** The server's own announcement counts, less the time a request needs to get there. */
const IDLE_MARGIN_MS = 1_000;

/** One connection to a server, for one request at a time. */
export class Connection implements ResponseListener {
  /** For whoever waits for the response; it is silent between two requests. */
  readonly alarm = new Alarm(() => this.#listener?.onAlarm());
  readonly #socket: Socket;
  readonly #reader = new ResponseReader(this);
  readonly #onFree: (connection: Connection) => void;
  readonly #onClosed: (connection: Connection) => void;
  #isOpen = false;
  #isClosed = false;
  #isPaused = false;
  #waiting: RawRequest | undefined;
  #listener: RequestListener | undefined;
  #connecting: NodeJS.Timeout | undefined;
  #lastHead: ResponseHead | undefined;
  #idleMs = IDLE_MS;
  #idleUntil = 0;

  constructor(
    origin: Origin,
    options: ConnectOptions,
    onFree: (connection: Connection) => void,
    onClosed: (connection: Connection) => void,
  ) {
    this.#onFree = onFree;
    this.#onClosed = onClosed;
    this.#socket = open(origin, options, (bytes) => this.#read(bytes));
    this.#socket.once(origin.isSecure ? 'secureConnect' : 'connect', () => this.#opened());
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('end', () => this.#ended());
    this.#socket.on('close', () => this.#fail(new Error('the connection was closed')));
    this.#connecting = setTimeout(
      () => this.#fail(codedError('connecting took too long', 'CONNECT_TIMEOUT')),
      options.connectMs,
    );
  }

  /** Sends a request, once the connection stands. Only on a new or free connection. */
  send(request: RawRequest, listener: RequestListener): void {
    this.#listener = listener;
    if (this.#isOpen) this.#write(request);
    else this.#waiting = request;
  }

  /** Whether a request may still be sent on a connection that is free. */
  isUsable(now: number): boolean {
    return !this.#isClosed && now < this.#idleUntil;
  }

  pause(): void {
    this.#isPaused = true;
    this.#socket.pause();
  }

  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#socket.resume();
  }

  /** Gives up the request that is under way, and the connection with it. */
  abort(): void {
    this.#listener = undefined;
    this.#close();
  }

  onHead(head: ResponseHead): void {
    if (head !== this.#lastHead) this.#idleMs = idleMsOf(head);
    this.#lastHead = head;
    this.#listener?.onHead(head);
  }

  onBody(piece: Buffer): void {
    this.#listener?.onBody(piece);
  }

  onComplete(reusable: boolean): void {
    const listener = this.#listener;
    this.#listener = undefined;
    if (reusable && !this.#isClosed) {
      this.resume();
      this.#idleUntil = performance.now() + this.#idleMs;
      this.#onFree(this);
    } else this.#close();
    listener?.onComplete();
  }

  onMalformed(reason: string): void {
    this.#fail(codedError(reason, 'MALFORMED'));
  }

  #opened(): void {
    clearTimeout(this.#connecting);
    this.#isOpen = true;
    const request = this.#waiting;
    this.#waiting = undefined;
    if (request) this.#write(request);
  }

  #read(bytes: Buffer): void {
    // a server that speaks without being asked cannot be told from one that answers twice
    if (this.#reader.isAwaiting) this.#reader.push(bytes);
    else this.#close();
  }

  #write({ head, body }: RawRequest): void {
    this.#reader.next();
    this.#listener?.onSent();
    if (this.#isClosed) return;
    const socket = this.#socket;
    if (body === undefined) socket.write(head, 'latin1');
    else if (body.length <= ONE_PIECE_BYTES) socket.write(head + latin1Of(body), 'latin1');
    else {
      socket.cork();
      socket.write(head, 'latin1');
      socket.write(body);
      socket.uncork();
    }
  }

  #ended(): void {
    this.#reader.end();
    this.#close();
  }

  #fail(error: Error): void {
    const listener = this.#listener;
    this.#listener = undefined;
    this.#close();
    listener?.onError(error);
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#connecting);
    this.alarm.stop();
    this.#reader.stop();
    this.#socket.destroy();
    this.#onClosed(this);
  }
}

/** How long the connection is kept when nothing is asked. */
function idleMsOf({ headers }: ResponseHead): number {
  const seconds = /(?:^|[,;])\s*timeout=(\d{1,6})/i.exec(headers.get('keep-alive') ?? '')?.[1];
  return seconds === undefined ? IDLE_MS : Math.min(Number(seconds) * 1_000 - IDLE_MARGIN_MS, IDLE_MS);
}

function open(
  { host, port, isSecure }: Origin,
  options: ConnectOptions,
  onBytes: (bytes: Buffer) => void,
): Socket {
  // one buffer for everything that is read: no stream machinery, no garbage
  const onread = {
    buffer: Buffer.allocUnsafe(READ_BYTES),
    callback: (size: number, buffer: Uint8Array): boolean => {
      onBytes((buffer as Buffer).subarray(0, size));
      return true;
    },
  };
  const { lookup } = options;
  const target = { host, port, noDelay: true, onread, ...(lookup === undefined ? {} : { lookup }) };
  if (!isSecure) return connectPlain(target);
  const servername = /^[\d.]+$|:/.test(host) ? {} : { servername: host };
  return connectSecure({ ...target, ...servername, ALPNProtocols: ['http/1.1'] });
}

function latin1Of(bytes: Uint8Array): string {
  const buffer = Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return buffer.toString('latin1');
}

function codedError(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}
