import type { StoredRecord } from '#store';
import { safeJson } from './escape.ts';

/** Columns of the table that `csvRow` writes. */
const COLUMNS = [
  'id',
  'at',
  'outcome',
  'enforced',
  'server',
  'method',
  'tool',
  'rule',
  'message',
  'grantId',
  'grantLabel',
  'policy',
  'policyVersion',
  'argumentKeys',
  'requestId',
  'revision',
  'transport',
  'result',
  'upstreamStatus',
  'latencyMs',
  'quotaReturned',
] as const;

export const CSV_HEADER = `${COLUMNS.join(',')}\r\n`;

/** A record as one line of JSON with its line feed; its time in ISO 8601. */
export function ndjsonRow(record: StoredRecord): string {
  return `${safeJson({ ...record, at: new Date(record.at).toISOString() })}\n`;
}

/**
 * A record as one row of RFC 4180 with its line end. A cell that a spreadsheet would take for a formula begins with an apostrophe:
 * agents choose tool names, and people open such files.
 */
export function csvRow(record: StoredRecord): string {
  const cells: Readonly<Record<string, unknown>> = {
    ...record,
    ...record.ending,
    at: new Date(record.at).toISOString(),
    argumentKeys: record.argumentKeys.join(' '),
  };
  return `${COLUMNS.map((column) => cell(cells[column])).join(',')}\r\n`;
}

function cell(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return '';
  const inert = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
