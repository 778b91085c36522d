/** The headers of a request, by lower-case name; those that decide something occur once. */
export class HeaderView {
  readonly #values: ReadonlyMap<string, string>;
  /** Hop-by-hop: named by `Connection`. */
  readonly #dropped: ReadonlySet<string> | undefined;

  constructor(values: ReadonlyMap<string, string>, dropped: ReadonlySet<string> | undefined) {
    this.#values = values;
    this.#dropped = dropped;
  }

  get(name: string): string | undefined {
    return this.#dropped?.has(name) ? undefined : this.#values.get(name);
  }

  /** `mcp-*` and trace context: the headers that may travel on to the server. */
  get protocol(): ReadonlyMap<string, string> {
    return new Map([...this.#values].filter(([name]) => isProtocolHeader(name) && !this.#dropped?.has(name)));
  }
}

export type HeaderReading =
  | { readonly ok: true; readonly headers: HeaderView }
  | { readonly ok: false; readonly reason: string };

const MAX_PROTOCOL_HEADERS = 64;
const MAX_VALUE_LENGTH = 8_192;
/** Headers whose meaning would depend on which of two values a reader takes. */
const SINGLE = new Set([
  'authorization',
  'content-type',
  'content-length',
  'content-encoding',
  'host',
  'origin',
  'accept',
  'last-event-id',
]);
const METHOD_OVERRIDES = new Set(['x-http-method-override', 'x-http-method', 'x-method-override']);
const TRACE = new Set(['traceparent', 'tracestate', 'baggage']);

function isProtocolHeader(name: string): boolean {
  return name.startsWith('mcp-') || TRACE.has(name);
}

/**
 * Reads raw headers (name, value, name, value …) without the joining and dropping that the HTTP parser does: a header
 * that decides something and occurs twice is refused, and so are method overrides. Headers that `Connection` names are
 * hop-by-hop and do not count.
 */
export function readHeaders(rawHeaders: readonly string[]): HeaderReading {
  const values = new Map<string, string>();
  let dropped: Set<string> | undefined;
  let protocolCount = 0;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase();
    const value = (rawHeaders[i + 1] ?? '').trim();
    const isProtocol = isProtocolHeader(name);
    if (METHOD_OVERRIDES.has(name)) return { ok: false, reason: `the header ${name} is not accepted` };
    if ((isProtocol || SINGLE.has(name)) && values.has(name))
      return { ok: false, reason: `the header ${name} occurs twice` };
    if (isProtocol && (++protocolCount > MAX_PROTOCOL_HEADERS || value.length > MAX_VALUE_LENGTH)) {
      return { ok: false, reason: 'too many or too long protocol headers' };
    }
    if (name === 'connection' && value !== 'keep-alive') {
      dropped ??= new Set();
      for (const token of value.split(',')) dropped.add(token.trim().toLowerCase());
    }
    values.set(name, value);
  }
  return { ok: true, headers: new HeaderView(values, dropped) };
}
