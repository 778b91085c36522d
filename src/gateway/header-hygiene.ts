/** The protocol headers of a request, each occurring once. */
export interface HeaderView {
  get(name: string): string | undefined;
  /** `mcp-*` and trace context: the headers that may travel on to the server. */
  readonly protocol: ReadonlyMap<string, string>;
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

/**
 * Reads raw headers (name, value, name, value …) without the joining and dropping that the HTTP parser does: a header
 * that decides something and occurs twice is refused, and so are method overrides. Headers that `Connection` names are
 * hop-by-hop and do not count.
 */
export function readHeaders(rawHeaders: readonly string[]): HeaderReading {
  const values = new Map<string, string>();
  const dropped = new Set<string>();
  let protocolCount = 0;
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase();
    const value = (rawHeaders[i + 1] ?? '').trim();
    const isProtocol = name.startsWith('mcp-') || TRACE.has(name);
    if (METHOD_OVERRIDES.has(name)) return { ok: false, reason: `the header ${name} is not accepted` };
    if (values.has(name) && (isProtocol || SINGLE.has(name)))
      return { ok: false, reason: `the header ${name} occurs twice` };
    if (isProtocol && (++protocolCount > MAX_PROTOCOL_HEADERS || value.length > MAX_VALUE_LENGTH)) {
      return { ok: false, reason: 'too many or too long protocol headers' };
    }
    if (name === 'connection') for (const token of value.split(',')) dropped.add(token.trim().toLowerCase());
    values.set(name, value);
  }
  const protocol = new Map<string, string>();
  for (const [name, value] of values) {
    if (dropped.has(name)) continue;
    if (name.startsWith('mcp-') || TRACE.has(name)) protocol.set(name, value);
  }
  return {
    ok: true,
    headers: { protocol, get: (name) => (dropped.has(name) ? undefined : values.get(name)) },
  };
}
