import {
  Client,
  SSEClientTransport,
  StreamableHTTPClientTransport,
  type Transport,
} from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';
import { messageOf } from '#platform';
import type { FailureReason, ScanAnswer, ScanFailure, ScannedTool } from './scan.ts';

const MAX_TOOLS = 10_000;
const MAX_PAGES = 200;
const MAX_MESSAGE_BYTES = 16 * 1024 * 1024;
const PROBE_MS = 8_000;
const STDERR_BYTES = 4_000;

/** A failure with the end of what the server said on standard error. */
export type ListFailure = ScanFailure & { readonly complaint: string };

/** A command to start, or an address to call. */
export type Endpoint =
  | {
      readonly command: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      readonly cwd?: string;
    }
  | {
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly transport: 'streamable-http' | 'sse';
    };

/**
 * Asks a server for its tools as a client does: the modern era where the server has it, the legacy one where not, every page.
 * Resolves to the answer or to why there is none; never rejects. Nothing of the server is left running.
 */
export async function listTools(endpoint: Endpoint, timeoutMs: number): Promise<ScanAnswer | ListFailure> {
  const first = await attempt(endpoint, 'auto', timeoutMs);
  // a server may end at a method that it does not know: then it is asked again as it was in the old days
  return first.answered || first.reason !== 'exited' || !('command' in endpoint)
    ? first
    : attempt(endpoint, 'legacy', timeoutMs);
}

/** As its parent, but the era is found on the connection itself instead of in a second child. */
class ChildTransport extends StdioClientTransport {}

async function attempt(
  endpoint: Endpoint,
  mode: 'auto' | 'legacy',
  timeoutMs: number,
): Promise<ScanAnswer | ListFailure> {
  const complaints: string[] = [];
  const transport = transportFor(endpoint, complaints);
  const client = new Client(
    { name: 'toolgate-scan', version: '1' },
    { versionNegotiation: { mode, probe: { timeoutMs: Math.min(PROBE_MS, timeoutMs / 2) } } },
  );
  const signal = AbortSignal.timeout(timeoutMs);
  let isClosed = false;
  const ended = new Promise<never>((_, reject) => {
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the SDK's client has none
    client.onclose = () => {
      isClosed = true;
      reject(new Error('the server ended'));
    };
    signal.addEventListener('abort', () => reject(new Error(`no answer within ${timeoutMs / 1_000} s`)));
  });
  ended.catch(() => {});
  try {
    return await Promise.race([readAll(client, transport, timeoutMs), ended]);
  } catch (error) {
    return failureOf(error, { endpoint, isClosed, timedOut: signal.aborted, complaints });
  } finally {
    await client.close().catch(() => {});
    await transport.close().catch(() => {});
  }
}

async function readAll(
  client: Client,
  transport: Transport,
  timeoutMs: number,
): Promise<ScanAnswer | ListFailure> {
  await client.connect(transport, { timeout: timeoutMs });
  if (client.getServerCapabilities()?.tools === undefined)
    return failed('no_tools', 'the server says that it has no tools');
  const tools: ScannedTool[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    // page by page: the client's own walk ends quietly at a limit, or at a cursor that comes again
    const answer = await client.request(
      { method: 'tools/list', params: cursor === undefined ? {} : { cursor } },
      { timeout: timeoutMs },
    );
    tools.push(...(answer.tools as readonly ScannedTool[]));
    if (tools.length > MAX_TOOLS) return failed('too_large', `the server lists more than ${MAX_TOOLS} tools`);
    cursor = answer.nextCursor;
    if (cursor === undefined) return { ...answeredBy(client), tools: tools.map(definitionOf) };
  }
  return failed('too_large', `the list has more than ${MAX_PAGES} pages`);
}

function answeredBy(client: Client): Omit<ScanAnswer, 'tools'> {
  const info = client.getServerVersion();
  return {
    answered: true,
    era: client.getProtocolEra() === 'modern' ? 'modern' : 'legacy',
    revision: client.getNegotiatedProtocolVersion() ?? '',
    ...(info && { serverInfo: { name: info.name, version: info.version } }),
  };
}

/** What counts as the definition; the rest of what a server sends beside it does not reach the model. */
function definitionOf(tool: ScannedTool): ScannedTool {
  const { name, title, description, inputSchema, outputSchema, annotations } = tool;
  return {
    name,
    ...(title !== undefined && { title }),
    ...(description !== undefined && { description }),
    ...(inputSchema !== undefined && { inputSchema }),
    ...(outputSchema !== undefined && { outputSchema }),
    ...(annotations !== undefined && { annotations }),
  };
}

function transportFor(endpoint: Endpoint, complaints: string[]): Transport {
  if ('url' in endpoint) {
    const url = new URL(endpoint.url);
    const options = { requestInit: { headers: { ...endpoint.headers }, redirect: 'error' as const } };
    return endpoint.transport === 'sse'
      ? new SSEClientTransport(url, options)
      : new StreamableHTTPClientTransport(url, options);
  }
  const transport = new ChildTransport({
    command: endpoint.command,
    args: [...endpoint.args],
    env: { ...endpoint.env },
    ...(endpoint.cwd !== undefined && { cwd: endpoint.cwd }),
    stderr: 'pipe',
    maxBufferSize: MAX_MESSAGE_BYTES,
  });
  let bytes = 0;
  transport.stderr?.on('data', (chunk: Buffer) => {
    // the end of what it says tells most
    bytes += chunk.length;
    complaints.push(chunk.subarray(-STDERR_BYTES).toString('utf8'));
    while (bytes > STDERR_BYTES && complaints.length > 1) bytes -= complaints.shift()?.length ?? 0;
  });
  return transport;
}

function failureOf(
  error: unknown,
  {
    endpoint,
    isClosed,
    timedOut,
    complaints,
  }: { endpoint: Endpoint; isClosed: boolean; timedOut: boolean; complaints: readonly string[] },
): ListFailure {
  const message = messageOf(error);
  const last = lastComplaint(complaints);
  const detail = oneLine(last === undefined ? message : `${message}: ${last}`);
  const reason: FailureReason =
    'url' in endpoint && !timedOut
      ? reasonOfHttp(message)
      : timedOut || /timed? ?out/i.test(message)
        ? 'no_answer'
        : (error as NodeJS.ErrnoException).code === 'ENOENT'
          ? 'unreachable'
          : isClosed || /closed/i.test(message)
            ? 'exited'
            : 'not_mcp';
  return failed(reason, detail, complaints.join(''));
}

function failed(reason: FailureReason, detail: string, complaint = ''): ListFailure {
  return { answered: false, reason, detail, complaint };
}

function reasonOfHttp(message: string): FailureReason {
  if (/\b(?:401|403)\b|unauthorized/i.test(message)) return 'refused';
  return /fetch failed|ECONN|ENOTFOUND|redirect/i.test(message) ? 'unreachable' : 'not_mcp';
}

/** The line of standard error that names the fault, or the last one. */
function lastComplaint(complaints: readonly string[]): string | undefined {
  const lines = complaints
    .join('')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^at |^node:|^\^|^Node\.js v/.test(line));
  return lines.findLast((line) => /error|missing|require|must|not set/i.test(line)) ?? lines.at(-1);
}

/** A server's words in one line of a record: no control characters, not long. */
function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, 200);
}
