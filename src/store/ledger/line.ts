import { jsonText } from '#platform';
import type {
  CallEnding,
  CounterEntry,
  DecisionRecord,
  DecisionSetting,
  FinishedCall,
  StoredRecord,
} from '../ports.ts';
import { ReadTexts } from './read-texts.ts';

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
 * - `S` the segment ends here: what follows does not count. Its body is how many bytes had been read by who ended it: no `S`
 *   line stands in those
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

/** The line that ends a segment, by one who has read all of it up to a place, and found no such line. */
export function writeEnd(readUpTo: number): string {
  return writeLine('S', '', [], String(readUpTo));
}

/** Up to where the segment was read by who wrote an `S` line; undefined when it does not say. */
export function readUpToIn(line: string): number | undefined {
  const body = readLine(line)?.body ?? '';
  return /^\d{1,15}$/.test(body) ? Number(body) : undefined;
}

/** What was written last of one entry: calls that are charged the same have the same object. */
let lastWritten: { readonly entry: CounterEntry; readonly text: string } | undefined;

function writeCharges(entries: readonly CounterEntry[]): string {
  const [entry] = entries;
  if (entry === undefined || entries.length > 1) return writeEach(entries);
  if (lastWritten?.entry !== entry) lastWritten = { entry, text: writeEach(entries) };
  return lastWritten.text;
}

function writeEach(entries: readonly CounterEntry[]): string {
  let text = '';
  for (const { counter, windowStart, expiresAt, amountMicros, maxMicros } of entries) {
    text += `${text === '' ? '[' : ','}[${JSON.stringify(counter)},${writeWindow(windowStart, expiresAt)},${amountMicros},${maxMicros}]`;
  }
  return `${text}]`;
}

/** The window before: counters of a minute have the same one for a minute. */
let lastWindow = { windowStart: -1, expiresAt: -1, text: '' };

function writeWindow(windowStart: number, expiresAt: number): string {
  if (lastWindow.windowStart !== windowStart || lastWindow.expiresAt !== expiresAt)
    lastWindow = { windowStart, expiresAt, text: `${windowStart},${expiresAt}` };
  return lastWindow.text;
}

/** A line whose charges are not read. */
export type SplitLine = Pick<Line, 'kind' | 'id' | 'body'> & { readonly charges: string };

/** Splits a line without its line feed; undefined for what is no line (torn by a full disk, or damaged). */
export function splitLine(text: string): SplitLine | undefined {
  const kind = text.charAt(0);
  const idEnd = text.indexOf('\t', 2);
  const chargesEnd = text.indexOf('\t', idEnd + 1);
  if (!KINDS.has(kind) || text.charAt(1) !== '\t' || idEnd < 0 || chargesEnd < 0) return undefined;
  if (text.includes('\t', chargesEnd + 1)) return undefined;
  const charges = text.slice(idEnd + 1, chargesEnd);
  return { kind: kind as LineKind, id: text.slice(2, idEnd), charges, body: text.slice(chargesEnd + 1) };
}

/** Reads a line without its line feed; undefined for what is no line. */
export function readLine(text: string): Line | undefined {
  const line = splitLine(text);
  const charges = line && readCharges(line.charges);
  return charges && { ...line, charges };
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
  const charges = readAgain(bytes.toString('utf8', idEnd + 1, chargesEnd));
  return charges && { kind: kind as LineKind, charges };
}

/** What was read last: the next line is most often charged the same. */
let lastRead: { readonly text: string; readonly charges: readonly CounterEntry[] } | undefined;

function readAgain(text: string): readonly CounterEntry[] | undefined {
  if (lastRead?.text === text) return lastRead.charges;
  const charges = readCharges(text);
  if (charges) lastRead = { text, charges };
  return charges;
}

/** The charges of a line; undefined when they are damaged. */
export function readCharges(text: string): readonly CounterEntry[] | undefined {
  if (text === NOTHING) return [];
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

/** A record as JSON. What is the same for every call under one rule is kept written, and so is what the record before had too. */
export function writeRecord(record: DecisionRecord): string {
  return (
    `{"id":${jsonText(record.id)},"at":${momentText(record.at)},"requestId":${jsonText(record.requestId)}` +
    `${writeGrant(record)}${writeSetting(record)}${writeKeys(record.argumentKeys)}}`
  );
}

let lastGrant = { grantId: '', grantLabel: '', text: '' };

function writeGrant({ grantId, grantLabel }: DecisionRecord): string {
  if (lastGrant.grantId !== grantId || lastGrant.grantLabel !== grantLabel || lastGrant.text === '') {
    const text = `,"grantId":${jsonText(grantId)},"grantLabel":${jsonText(grantLabel)}`;
    lastGrant = { grantId, grantLabel, text };
  }
  return lastGrant.text;
}

let lastKeys: { readonly keys: readonly string[]; readonly text: string } | undefined;

function writeKeys(keys: readonly string[]): string {
  if (lastKeys?.keys !== keys) lastKeys = { keys, text: `,"argumentKeys":${JSON.stringify(keys)}` };
  return lastKeys.text;
}

/*
 * V8 puts what it makes of a number into its old space, to know it again, and there it stays until a full collection. So numbers
 * that do not come again are put together from small ones that do.
 */

/** A moment, or any other number. */
function momentText(at: number): string {
  if (!Number.isSafeInteger(at) || at < 1_000) return String(at);
  return `${Math.floor(at / 1_000)}${threeDigits(at % 1_000)}`;
}

/** A thousandth of a whole number. */
function thousandths(whole: number): string {
  const rest = whole % 1_000;
  return `${Math.floor(whole / 1_000)}${rest === 0 ? '' : `.${threeDigits(rest)}`}`;
}

function threeDigits(number: number): string {
  return number < 10 ? `00${number}` : number < 100 ? `0${number}` : String(number);
}

interface Setting {
  readonly of: DecisionRecord;
  readonly text: string;
}

const SETTING = [
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
] as const satisfies readonly (keyof DecisionRecord)[];
const MAX_SETTINGS = 10_000;
/** The setting that was written last under each rule. */
const settingsWritten = new Map<string, Setting>();

/** The members of a record that say under which rule of which policy what was asked, with a comma before them. */
function writeSetting(record: DecisionRecord): string {
  const known = settingsWritten.get(record.rule);
  if (known !== undefined && isSameSetting(known.of, record)) return known.text;
  const text = `,${JSON.stringify(record, [...SETTING]).slice(1, -1)}`;
  if (settingsWritten.size >= MAX_SETTINGS) settingsWritten.clear();
  // a copy: V8 makes every later record in the old space once it has seen that records are kept
  settingsWritten.set(record.rule, { of: { ...record, argumentKeys: [] }, text });
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

const GRANT_MEMBER = ',"grantId":';
const KEYS_MEMBER = ',"argumentKeys":';
const LATENCY_MEMBER = ',"latencyMs":';
const RETURNED_MEMBER = ',"quotaReturned":';
/** How the members begin that a record shares with no other. */
const ID_MEMBER = '{"id":"';
const AT_MEMBER = '","at":';
const REQUEST_MEMBER = ',"requestId":"';
const MOMENT = /^\d{1,15}$/;
/** Parts of records and endings: most have those of another. */
const settings = new ReadTexts((members) => parse(`{${members}}`));
const argumentKeys = new ReadTexts(parse);
const endings = new ReadTexts(parse);

/** What the record of an `A` or `D` line shares with others: one object for all of them, nearly always. Undefined when it is not written as it is today. */
export function settingIn(line: string): DecisionSetting | undefined {
  const settingAt = line.indexOf(GRANT_MEMBER);
  const keysAt = line.lastIndexOf(KEYS_MEMBER);
  if (settingAt < 0 || keysAt < settingAt || line.at(-1) !== '}') return undefined;
  const setting = settings.read(line, settingAt + 1, keysAt);
  return isObject(setting) ? (setting as DecisionSetting) : undefined;
}

const WELL_ENDED = '\t{"result":"ok",';

/** Whether an `F` line says that the call did not end well. */
export function endedBadly(line: string): boolean {
  // `includes` costs more until it is compiled, and this is asked of every other line
  if (line.indexOf(WELL_ENDED) > 0) return false;
  const read = readLine(line);
  const ending = read && readEnding(read);
  return ending !== undefined && ending.result !== 'ok';
}

/** The record of an `A` or `D` line, with how its call ended; undefined when the body is damaged. */
export function readRecord(
  { body }: Pick<Line, 'body'>,
  ending: CallEnding | undefined,
): StoredRecord | undefined {
  // nothing within a text can look like these members: its quotes are escaped
  const settingAt = body.indexOf(GRANT_MEMBER);
  const keysAt = body.lastIndexOf(KEYS_MEMBER);
  if (settingAt < 0 || keysAt < settingAt || !body.endsWith('}')) return readWhole(body, ending);
  const own = readOwn(body.slice(0, settingAt));
  const setting = settings.read(body, settingAt + 1, keysAt);
  const keys = argumentKeys.read(body, keysAt + KEYS_MEMBER.length, body.length - 1);
  if (own === undefined || !isObject(setting) || !Array.isArray(keys)) return undefined;
  return recordOf(own, setting as DecisionRecord, keys as string[], ending);
}

type Own = Pick<DecisionRecord, 'id' | 'at' | 'requestId'>;

function readOwn(members: string): Own | undefined {
  // nearly always they are plain texts, which need no parser
  const atStart = members.indexOf(AT_MEMBER, ID_MEMBER.length);
  const requestStart = members.indexOf(REQUEST_MEMBER, atStart + AT_MEMBER.length);
  if (atStart > 0 && requestStart > 0 && members.startsWith(ID_MEMBER)) {
    const id = members.slice(ID_MEMBER.length, atStart);
    const at = members.slice(atStart + AT_MEMBER.length, requestStart);
    const requestId = members.slice(requestStart + REQUEST_MEMBER.length, -1);
    if (MOMENT.test(at) && isPlain(id) && isPlain(requestId) && members.endsWith('"'))
      return { id, at: Number(at), requestId };
  }
  const own = parse(`${members}}`);
  return isObject(own) ? (own as Own) : undefined;
}

/** Whether a text is written in JSON as it is. What else would be escaped was, when it was written. */
function isPlain(text: string): boolean {
  return !text.includes('"') && !text.includes('\\');
}

/** A record whose members stand in another order than they are written in today. */
function readWhole(body: string, ending: CallEnding | undefined): StoredRecord | undefined {
  const record = parse(body);
  if (!isObject(record)) return undefined;
  const whole = record as DecisionRecord;
  return Array.isArray(whole.argumentKeys) ? recordOf(whole, whole, whole.argumentKeys, ending) : undefined;
}

/** Member by member, which takes half the time of any other way. */
function recordOf(
  own: Own,
  setting: Omit<DecisionRecord, keyof Own | 'argumentKeys'>,
  argumentKeys: readonly string[],
  ending: CallEnding | undefined,
): StoredRecord {
  return {
    id: own.id,
    at: own.at,
    requestId: own.requestId,
    server: setting.server,
    grantId: setting.grantId,
    grantLabel: setting.grantLabel,
    method: setting.method,
    tool: setting.tool, // JSON leaves out what is undefined
    revision: setting.revision,
    transport: setting.transport,
    policy: setting.policy,
    policyVersion: setting.policyVersion,
    outcome: setting.outcome,
    enforced: setting.enforced,
    rule: setting.rule,
    message: setting.message,
    argumentKeys,
    ending,
  };
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** How a call ended, as JSON; as `CallEnding`. */
export function writeEnding({ result, upstreamStatus, latencyMicros, quotaReturned }: FinishedCall): string {
  const status = upstreamStatus === undefined ? '' : `,"upstreamStatus":${upstreamStatus}`;
  return `{"result":"${result}"${status},"latencyMs":${thousandths(latencyMicros)},"quotaReturned":${quotaReturned}}`;
}

/** The ending of an `F` line; undefined when the body is damaged. */
export function readEnding({ body }: Pick<Line, 'body'>): CallEnding | undefined {
  const latencyAt = body.indexOf(LATENCY_MEMBER);
  const returnedAt = body.indexOf(RETURNED_MEMBER, latencyAt);
  if (latencyAt < 0 || returnedAt < 0) return undefined;
  const latencyMs = parse(body.slice(latencyAt + LATENCY_MEMBER.length, returnedAt));
  const text = body.slice(0, latencyAt) + body.slice(returnedAt);
  const rest = endings.read(text, 0, text.length);
  if (!isObject(rest) || typeof latencyMs !== 'number') return undefined;
  const { result, upstreamStatus, quotaReturned } = rest as CallEnding;
  return { result, upstreamStatus, latencyMs, quotaReturned };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
