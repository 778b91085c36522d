import { readFile } from 'node:fs/promises';
import { parse, type ParseError } from 'jsonc-parser';
import { z } from 'zod';
import type { Endpoint } from '#catalogue/build';
import { messageOf, ToolgateError } from '#platform';

const text = z.record(z.string(), z.string());
const server = z.union([
  z.object({
    command: z.string().min(1),
    args: z.array(z.string()).default([]),
    env: text.default({}),
    cwd: z.string().optional(),
  }),
  z.object({
    url: z.url(),
    headers: text.default({}),
    type: z.enum(['http', 'streamable-http', 'streamableHttp', 'sse']).optional(),
  }),
]);

/** A server of a client's configuration, ready to be connected to. */
export interface ConfiguredEndpoint {
  readonly name: string;
  readonly endpoint: Endpoint;
}

/**
 * Reads the servers of a client's configuration (`mcpServers`, or `servers` of VS Code), with comments and trailing commas
 * allowed. Throws `usage.configuration` with every fault; values are not repeated in it.
 */
export async function readConfiguredServers(file: string): Promise<readonly ConfiguredEndpoint[]> {
  const faults: ParseError[] = [];
  const whole: unknown = parse(await textOf(file), faults, { allowTrailingComma: true });
  const block = faults.length > 0 ? undefined : blockOf(whole);
  if (block === undefined)
    throw new ToolgateError('usage.configuration', `${file} holds no servers of a client.`, {
      hint: 'It must be JSON with an object "mcpServers" (or "servers").',
    });
  const problems: string[] = [];
  const servers = Object.entries(block).flatMap(([name, entry]): readonly ConfiguredEndpoint[] => {
    const read = server.safeParse(entry);
    if (read.success) return [{ name, endpoint: endpointOf(read.data) }];
    problems.push(`${name}: it needs a "command" with "args", or a "url"`);
    return [];
  });
  if (problems.length > 0 || servers.length === 0)
    throw new ToolgateError('usage.configuration', `${file} has servers that cannot be read.`, {
      details: problems.length > 0 ? problems : ['it names no server'],
    });
  return servers;
}

function endpointOf(read: z.infer<typeof server>): Endpoint {
  if ('url' in read) {
    const { url, headers, type } = read;
    return { url, headers: expanded(headers), transport: type === 'sse' ? 'sse' : 'streamable-http' };
  }
  const { command, args, env, cwd } = read;
  return { command, args, env: expanded(env), ...(cwd !== undefined && { cwd }) };
}

/** `${NAME}` stands for a variable of this environment, as in the clients that know it. */
function expanded(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [
      name,
      value.replaceAll(
        /\$\{(?:env:)?([A-Za-z_]\w*)\}/g,
        (_, variable: string) => process.env[variable] ?? '',
      ),
    ]),
  );
}

function blockOf(whole: unknown): object | undefined {
  if (typeof whole !== 'object' || whole === null) return undefined;
  const { mcpServers, servers, mcp } = whole as {
    mcpServers?: unknown;
    servers?: unknown;
    mcp?: { servers?: unknown };
  };
  const block = mcpServers ?? servers ?? mcp?.servers;
  return typeof block === 'object' && block !== null && !Array.isArray(block) ? block : undefined;
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new ToolgateError('usage.unreadable', `Cannot read ${file}: ${messageOf(error)}.`, {
      cause: error,
    });
  }
}
