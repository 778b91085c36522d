import fc from 'fast-check';
import { strictEqual } from 'node:assert';
import { decodeHeaderValue, encodeHeaderValue, isAllowedHost, isAllowedOrigin } from '#mcp';
import { readHeaders } from '../../../src/gateway/header-hygiene.ts';
import { defineTarget } from '../target.ts';

const DECIDING = [
  'authorization',
  'content-type',
  'content-encoding',
  'content-length',
  'host',
  'origin',
  'accept',
];
const OVERRIDES = ['x-http-method-override', 'x-http-method', 'x-method-override'];
const name = fc.constantFrom(
  ...DECIDING,
  ...OVERRIDES,
  'Mcp-Name',
  'mcp-name',
  'MCP-NAME',
  'mcp-method',
  'mcp-session-id',
  'mcp-param-a',
  'Last-Event-ID',
  'connection',
  'Connection',
  'cookie',
  'traceparent',
  'x-forwarded-for',
  'mcp-',
);
const value = fc.oneof(
  fc.constantFrom(
    '',
    'close',
    'mcp-name',
    'Mcp-Name, close',
    'origin,host',
    ' a ',
    '\ta\t',
    'a, b',
    '=?base64?YQ==?=',
  ),
  fc.string({ maxLength: 12 }),
);

function checkHygiene(pairs: readonly (readonly [string, string])[]): void {
  const read = readHeaders(pairs.flat());
  const lower = pairs.map(([given, text]): [string, string] => [given.toLowerCase(), text]);
  const isProtocol = (given: string): boolean => given.startsWith('mcp-') || given === 'traceparent';
  const decides = (given: string): boolean =>
    isProtocol(given) || DECIDING.includes(given) || given === 'last-event-id';
  const occursTwice = lower.some(
    ([given], index) => decides(given) && lower.findIndex(([other]) => other === given) < index,
  );
  const mustRefuse = occursTwice || lower.some(([given]) => OVERRIDES.includes(given));
  if (read.ok === mustRefuse) throw new Error(read.ok ? 'accepted' : `refused: ${read.reason}`);
  if (!read.ok) return;
  const dropped = new Set(
    lower
      .filter(([given]) => given === 'connection')
      .flatMap(([, text]) => text.split(',').map((token) => token.trim().toLowerCase())),
  );
  for (const [given, text] of lower.filter(([one]) => decides(one))) {
    const seen = dropped.has(given) ? undefined : text.trim();
    strictEqual(read.headers.get(given), seen);
    strictEqual(read.headers.protocol.get(given), isProtocol(given) ? seen : undefined);
  }
}

function checkValue(text: string): void {
  const wellFormed = text.replaceAll(/\p{Surrogate}/gu, '');
  const written = encodeHeaderValue(wellFormed);
  if (!/^[\x20-\x7e\t]*$/.test(written)) throw new Error('a header value that no header can carry');
  strictEqual(decodeHeaderValue(written), wellFormed);
  strictEqual(decodeHeaderValue(` \t${written} `), wellFormed);
  const read = decodeHeaderValue(text);
  if (read === undefined) return;
  // one text has two forms at most: as it is, or the one base64 of its UTF-8
  const base64 = `=?base64?${Buffer.from(read).toString('base64')}?=`;
  const trimmed = text.replaceAll(/^[ \t]+|[ \t]+$/g, '');
  if (trimmed !== read && trimmed !== base64) throw new Error(`${text} is read as ${read}`);
}

const hostText = fc.oneof(
  fc.constantFrom(
    'localhost',
    '127.0.0.1',
    '[::1]',
    'localhost:80',
    'LOCALHOST',
    'localhost.',
    'evil@localhost',
  ),
  fc.string({ unit: fc.constantFrom(...'localhst127.0:[]@/\\#?e %'), maxLength: 20 }),
);

/** A name is let in only when a browser, too, would take it for this machine. */
function checkHost(text: string): void {
  const allowed = new Set(['localhost', '127.0.0.1', '[::1]']);
  const own = (url: string): boolean => URL.canParse(url) && allowed.has(new URL(url).hostname);
  if (isAllowedHost(text, allowed) && !own(`http://${text}/`)) throw new Error(`the host ${text} was let in`);
  const origin = `http://${text}`;
  if (isAllowedOrigin(origin, allowed) && !own(origin)) throw new Error(`the origin ${origin} was let in`);
}

export const headers = defineTarget({
  name: 'headers',
  promise:
    'a header that decides counts once or the request is refused, encoded values read back as they were, and foreign hosts stay out',
  input: fc.record({
    pairs: fc.array(fc.tuple(name, value), { maxLength: 6 }),
    text: fc.oneof(fc.string({ unit: 'binary', maxLength: 20 }), value),
    host: hostText,
  }),
  check({ pairs, text, host }) {
    checkHygiene(pairs);
    checkValue(text);
    checkHost(host);
  },
});
