import type { CallEnding, CounterEntry, DecisionRecord } from '../ports.ts';

/**
 * One line of the ledger: a letter, an id, charges and a body, parted by tabs. Charges and body are JSON, which holds
 * neither tabs nor line feeds as such. Letters:
 *
 * - `A` an admitted call: its charges hold if there is room for all of them, and its record then counts
 * - `R` a reservation without a record, `C` a count without a maximum, `G` amounts given back
 * - `D` the record of a decision that charges nothing here: its charges found no room, or a `C` or `R` line has them
 * - `F` the ending of the call with this id, with what it gives back
 * - `V` the admission with this id found no room in the end: its record does not count
 * - `W` the counters as they stood when the segment began
 * - `S` the segment ends here: what follows does not count
 */
export type LineKind = 'A' | 'R' | 'C' | 'G' | 'D' | 'F' | 'V' | 'W' | 'S';

export interface Line {
  readonly kind: LineKind;
  readonly id: string;
  readonly charges: readonly CounterEntry[];
  /** JSON, read only by who asks for records. */
  readonly body: string;
}

type Charge = readonly [counter: string, windowStart: number, expiresAt: number, amount: number, max: number];

const KINDS = new Set('ARCGDFVWS');
const NOTHING = '[]';

/** A line with its line feed. */
export function writeLine(
  kind: LineKind,
  id: string,
  charges: readonly CounterEntry[],
  body: string,
): string {
  return `${kind}\t${id}\t${charges.length === 0 ? NOTHING : writeCharges(charges)}\t${body}\n`;
}

function writeCharges(entries: readonly CounterEntry[]): string {
  let text = '';
  for (const { counter, windowStart, expiresAt, amountMicros, maxMicros } of entries) {
    text += `${text === '' ? '[' : ','}[${JSON.stringify(counter)},${windowStart},${expiresAt},${amountMicros},${maxMicros}]`;
  }
  return `${text}]`;
}

/** Reads a line without its line feed; undefined for what is no line (torn by a full disk, or damaged). */
export function readLine(text: string): Line | undefined {
  const [kind = '', id, charges, body, ...rest] = text.split('\t');
  if (!KINDS.has(kind) || id === undefined || charges === undefined || body === undefined || rest.length > 0)
    return undefined;
  const read = charges === NOTHING ? [] : readCharges(charges);
  return read && { kind: kind as LineKind, id, charges: read, body };
}

const TAB = 9;
const BRACKET = 0x5d;

/** What a line between two places of a buffer charges; undefined when it charges nothing, or is no line. */
export function readEffect(
  bytes: Buffer,
  start: number,
  end: number,
): Pick<Line, 'kind' | 'charges'> | undefined {
  const kind = String.fromCharCode(bytes[start] ?? 0);
  if (kind === 'D' || kind === 'V' || !KINDS.has(kind)) return undefined;
  const idEnd = bytes.indexOf(TAB, start + 2);
  const chargesEnd = idEnd < 0 ? -1 : bytes.indexOf(TAB, idEnd + 1);
  if (chargesEnd < 0 || chargesEnd >= end || bytes[start + 1] !== TAB) return undefined;
  if (bytes[idEnd + 2] === BRACKET) return kind === 'S' ? { kind, charges: [] } : undefined;
  const charges = readCharges(bytes.toString('utf8', idEnd + 1, chargesEnd));
  return charges && { kind: kind as LineKind, charges };
}

function readCharges(text: string): readonly CounterEntry[] | undefined {
  const charges = parse(text);
  if (!Array.isArray(charges) || !charges.every(isCharge)) return undefined;
  return charges.map(([counter, windowStart, expiresAt, amountMicros, maxMicros]) => ({
    counter,
    windowStart,
    expiresAt,
    amountMicros,
    maxMicros,
  }));
}

function isCharge(value: unknown): value is Charge {
  return (
    Array.isArray(value) &&
    value.length === 5 &&
    typeof value[0] === 'string' &&
    value.slice(1).every((part) => Number.isSafeInteger(part))
  );
}

/** A record as JSON. What is the same for every call under one rule is kept written. */
export function writeRecord(record: DecisionRecord): string {
  const { argumentKeys: keys } = record;
  return (
    `{"id":${JSON.stringify(record.id)},"at":${record.at},"requestId":${JSON.stringify(record.requestId)}` +
    `,"grantId":${JSON.stringify(record.grantId)},"grantLabel":${JSON.stringify(record.grantLabel)}` +
    `${writeSetting(record)},"argumentKeys":${keys.length === 0 ? '[]' : JSON.stringify(keys)}}`
  );
}

interface Setting {
  readonly of: DecisionRecord;
  readonly text: string;
}

const SETTING: (keyof DecisionRecord)[] = [
  'server',
  'method',
  'tool',
  'revision',
  'transport',
  'policy',
  'policyVersion',
  'outcome',
  'enforced',
  'rule',
  'message',
];
const MAX_SETTINGS = 10_000;
/** The setting that was written last under each rule. */
const settings = new Map<string, Setting>();

/** The members of a record that say under which rule of which policy what was asked, with a comma before them. */
function writeSetting(record: DecisionRecord): string {
  const known = settings.get(record.rule);
  if (known !== undefined && isSameSetting(known.of, record)) return known.text;
  const text = `,${JSON.stringify(record, SETTING).slice(1, -1)}`;
  if (settings.size >= MAX_SETTINGS) settings.clear();
  settings.set(record.rule, { of: record, text });
  return text;
}

function isSameSetting(a: DecisionRecord, b: DecisionRecord): boolean {
  return (
    a.server === b.server &&
    a.method === b.method &&
    a.tool === b.tool &&
    a.revision === b.revision &&
    a.transport === b.transport &&
    a.policy === b.policy &&
    a.policyVersion === b.policyVersion &&
    a.outcome === b.outcome &&
    a.enforced === b.enforced &&
    a.message === b.message
  );
}

/** The record of an `A` or `D` line; undefined when the body is damaged. */
export function readRecord({ body }: Line): DecisionRecord | undefined {
  const record = parse(body) as DecisionRecord | undefined;
  if (typeof record !== 'object' || record === null) return undefined;
  const { tool, policy, policyVersion } = record; // JSON leaves out what is undefined
  return { ...record, tool, policy, policyVersion };
}

/** An ending as JSON. */
export function writeEnding({ result, upstreamStatus, latencyMs, quotaReturned }: CallEnding): string {
  const status = upstreamStatus === undefined ? '' : `,"upstreamStatus":${upstreamStatus}`;
  return `{"result":"${result}"${status},"latencyMs":${latencyMs},"quotaReturned":${quotaReturned}}`;
}

/** The ending of an `F` line; undefined when the body is damaged. */
export function readEnding({ body }: Line): CallEnding | undefined {
  const ending = parse(body) as CallEnding | undefined;
  if (typeof ending !== 'object' || ending === null) return undefined;
  const { upstreamStatus } = ending;
  return { ...ending, upstreamStatus };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
