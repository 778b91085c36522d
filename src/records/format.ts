import type { StoredRecord } from '#store';
import { clip } from './clip.ts';

const MAX_FIELD_CHARS = 160;

/**
 * One line for people: time, outcome, server, tool (or method), grant label, rule, then the message, the
 * result, the upstream's HTTP status and the latency where there are any. Nothing that an agent or a server
 * sent can end the line, colour it or look like another field: control characters are escaped and a text with
 * spaces or quotes stands in quotes.
 */
export function formatRecord(record: StoredRecord): string {
  const parts = [
    new Date(record.at).toISOString(),
    record.outcome.padEnd(7),
    field(record.server),
    field(record.tool ?? record.method),
    field(record.grantLabel),
    field(record.rule),
    record.message === '' ? '' : quoted(record.message),
    record.enforced ? '' : '(observed)',
    endingOf(record),
  ];
  return parts.filter((part) => part !== '').join('  ');
}

function endingOf({ ending }: StoredRecord): string {
  if (ending === undefined) return '';
  const { result, upstreamStatus, latencyMs, quotaReturned } = ending;
  const status = upstreamStatus === undefined ? '' : ` ${upstreamStatus}`;
  const quota = quotaReturned ? ' (quota returned)' : '';
  return `${result}${status} ${latencyMs.toFixed(latencyMs < 10 ? 1 : 0)} ms${quota}`;
}

function field(text: string): string {
  return text === '' || /[\s"]/.test(text) ? quoted(text) : clip(text, MAX_FIELD_CHARS);
}

function quoted(text: string): string {
  return `"${clip(text.replaceAll(/["\\]/g, '\\$&'), MAX_FIELD_CHARS)}"`;
}
