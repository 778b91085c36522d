import * as z from 'zod';
import { CSV_HEADER, csvRow, ndjsonRow, type Records } from '#records';
import type { RecordFilter, StoredRecord } from '#store';
import type { Caller } from '../caller.ts';
import { ORGANISATION_QUERY } from '../people/callers.ts';
import { route, type Route } from '../route.ts';
import { GuardedStreams } from './guarded-stream.ts';
import { decisionAnswer } from './log-answer.ts';
import { FILTER_QUERY, filterOf, SPAN_QUERY } from './log-filter.ts';
import { READ, TAG, type LogParts } from './log-parts.ts';

const FORMATS = {
  ndjson: { mediaType: 'application/x-ndjson; charset=utf-8', header: '', row: ndjsonRow },
  csv: { mediaType: 'text/csv; charset=utf-8; header=present', header: CSV_HEADER, row: csvRow },
} as const;

/** The log live, and the log as a file. */
export function streamRoutes(parts: LogParts): readonly Route[] {
  const streams = new GuardedStreams(parts.times, parts.closing);
  return [followRoute(parts, streams), exportRoute(parts, streams)];
}

function followRoute(parts: LogParts, streams: GuardedStreams): Route {
  const { records, serverIds } = parts;
  return route({
    method: 'GET',
    path: '/logs/follow',
    id: 'followDecisions',
    tag: TAG,
    summary: 'The newest decisions and then each new one, as server-sent events named `decision`.',
    access: READ,
    query: z.strictObject({
      ...FILTER_QUERY,
      limit: z.int().min(0).max(200).default(50).describe('How many of the newest to begin with.'),
    }),
    media: 'text/event-stream',
    refusals: [429],
    async run({ query, caller, request }) {
      const servers = await serverIds(caller.organisation);
      const filter = { ...filterOf(query, servers), limit: query.limit };
      return streams.start({
        caller,
        request,
        mediaType: 'text/event-stream; charset=utf-8',
        heartbeat: ': still here\n\n',
        source: (signal) => events(records, filter, signal),
        isEndless: true,
        mayGoOn: () => mayGoOn(parts, caller, request, servers),
      });
    },
  });
}

async function* events(
  records: LogParts['records'],
  filter: Parameters<Records['follow']>[0],
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  yield 'retry: 3000\n\n';
  for await (const record of records.follow(filter, signal))
    yield `event: decision\nid: ${record.id}\ndata: ${JSON.stringify(decisionAnswer(record))}\n\n`;
}

/** A stream was opened over the servers of that moment: when they are others now, the client must ask anew. */
async function mayGoOn(
  { stillAllowed, serverIds }: LogParts,
  caller: Caller & { readonly organisation: string },
  request: Request,
  servers: readonly string[],
): Promise<boolean> {
  if (!(await stillAllowed(caller, request))) return false;
  const now = await serverIds(caller.organisation);
  return now.length === servers.length && now.every((id) => servers.includes(id));
}

function exportRoute(parts: LogParts, streams: GuardedStreams): Route {
  const { records, serverIds, stillAllowed } = parts;
  return route({
    method: 'GET',
    path: '/logs/export',
    id: 'exportDecisions',
    tag: TAG,
    summary: 'All decisions that match, as a file: NDJSON or CSV, the newest first.',
    access: READ,
    query: z.strictObject({
      ...FILTER_QUERY,
      ...SPAN_QUERY,
      ...ORGANISATION_QUERY,
      format: z.enum(['ndjson', 'csv']).default('ndjson').describe('Form of the file.'),
    }),
    media: ['application/x-ndjson', 'text/csv'],
    refusals: [429],
    async run({ query, caller, request }) {
      const filter = filterOf(query, await serverIds(caller.organisation));
      const { mediaType, header, row } = FORMATS[query.format];
      return streams.start({
        caller,
        request,
        mediaType,
        headers: { 'content-disposition': `attachment; filename="decisions.${query.format}"` },
        source: (signal) => rows(records, filter, header, row, signal),
        mayGoOn: () => stillAllowed(caller, request),
      });
    },
  });
}

async function* rows(
  records: LogParts['records'],
  filter: RecordFilter,
  header: string,
  row: (record: StoredRecord) => string,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  if (header !== '') yield header;
  for await (const batch of records.scan(filter)) {
    // a file that was cut short must not look whole
    if (signal.aborted) throw new Error('the export was ended');
    if (batch.length > 0) yield batch.map(row).join('');
  }
}
