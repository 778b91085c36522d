import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernHttp,
} from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernStdio } from '@modelcontextprotocol/client/stdio';
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport as OldStdio } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport as OldHttp } from '@modelcontextprotocol/sdk/client/streamableHttp.js';

/** The official clients: today's SDK in the modern era and in the legacy one, and the SDK of the first generation. */
export const CLIENTS = ['SDK 2, modern', 'SDK 2, legacy', 'SDK 1'] as const;
export type ClientKind = (typeof CLIENTS)[number];

export interface ToolAnswer {
  readonly isError?: boolean;
  readonly content: readonly { readonly type: string; readonly text: string }[];
  readonly structuredContent?: unknown;
  readonly _meta?: Readonly<Record<string, { readonly rule: string; readonly retryAfterMs?: number }>>;
}

/** What the tests need of a client, whatever its generation. */
export interface AnyClient {
  listTools(): Promise<string[]>;
  callTool(name: string, args?: Record<string, unknown>): Promise<ToolAnswer>;
  close(): Promise<void>;
  readonly era: string;
}

export type Where =
  | { readonly url: string; readonly token?: string | undefined }
  | { readonly command: string; readonly args: readonly string[]; readonly env?: Record<string, string> };

const INFO = { name: 'end-to-end', version: '1' };

export async function connectClient(kind: ClientKind, where: Where): Promise<AnyClient> {
  return kind === 'SDK 1'
    ? connectOld(where)
    : connectModern(kind === 'SDK 2, modern' ? 'auto' : 'legacy', where);
}

async function connectModern(mode: 'auto' | 'legacy', where: Where): Promise<AnyClient> {
  const client = new ModernClient(INFO, { versionNegotiation: { mode } });
  const transport =
    'url' in where
      ? new ModernHttp(new URL(where.url), { requestInit: { headers: headersOf(where.token) } })
      : new ModernStdio({
          command: where.command,
          args: [...where.args],
          env: where.env ?? {},
          stderr: 'pipe',
        });
  await client.connect(transport);
  return {
    era: client.getProtocolEra() ?? '',
    listTools: async () => (await client.listTools()).tools.map((tool) => tool.name),
    callTool: async (name, args = {}) =>
      (await client.callTool({ name, arguments: args })) as unknown as ToolAnswer,
    close: () => client.close(),
  };
}

async function connectOld(where: Where): Promise<AnyClient> {
  const client = new OldClient(INFO);
  const transport =
    'url' in where
      ? new OldHttp(new URL(where.url), { requestInit: { headers: headersOf(where.token) } })
      : new OldStdio({ command: where.command, args: [...where.args], env: where.env ?? {}, stderr: 'pipe' });
  await client.connect(transport);
  return {
    era: 'legacy',
    listTools: async () => (await client.listTools()).tools.map((tool) => tool.name),
    callTool: async (name, args = {}) =>
      (await client.callTool({ name, arguments: args })) as unknown as ToolAnswer,
    close: () => client.close(),
  };
}

function headersOf(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}
