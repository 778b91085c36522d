import type { Connection, Probe, ProbedServer, ProbeOutcome } from '#control';
import { messageOf, ToolgateError, type LimitConfiguration } from '#platform';
import {
  UpstreamUnavailable,
  type AddressRules,
  type ConsentWay,
  type CredentialVault,
  type UpstreamFailure,
} from '#upstream';
import type { Compose, Target } from './assembly.ts';
import { identify, type ServerIdentity } from './server-era.ts';

const PROBE_MS = 20_000;
/** Checks at once: each may be a program that starts. Others wait for their turn. */
const AT_ONCE = 8;
const LIMITS: LimitConfiguration = {
  connectMs: 5_000,
  firstByteMs: 10_000,
  callMs: 10_000,
  startMs: 15_000,
  breakAfter: 0,
};
/** Values shorter than this are no secrets, and would blank half of every sentence. */
const SHORTEST_SECRET = 4;

export interface ProbeOptions {
  readonly compose: Pick<Compose, 'createUpstream'>;
  readonly vault: () => Promise<CredentialVault>;
  readonly addresses: AddressRules;
  readonly allowCommands: boolean;
  /** How a person gives access to a server; one that is not stored has nobody to tell. */
  readonly consentFor: (server: ProbedServer | undefined) => ConsentWay;
}

/** A stored connection as the composition opens one. */
export function targetOfConnection(connection: Connection): Target {
  if (connection.kind === 'stdio') {
    const { command, args, env, cwd } = connection;
    return { command, args, env, ...(cwd !== undefined && { cwd }) };
  }
  const { url, headers, kind, oauth } = connection;
  return { url, headers, transport: kind, ...(oauth && { oauth }) };
}

/**
 * Asks servers once, each over a connection of its own that is closed afterwards, in twenty seconds at most. What was given to a server
 * is in no reason that it fails for.
 */
export function createProbe(options: ProbeOptions): Probe {
  const turns = createTurns(AT_ONCE);
  return (connection, server) =>
    turns(async () => {
      const start = performance.now();
      const found = await look(options, connection, server).catch((error: unknown) =>
        explain(error, connection),
      );
      const latencyMs = performance.now() - start;
      return 'reason' in found
        ? { ok: false, ...found, reason: withoutSecrets(found.reason, connection), latencyMs }
        : { ok: true, ...found, latencyMs };
    });
}

type Found = ServerIdentity & Pick<Extract<ProbeOutcome, { ok: true }>, 'tools'>;
type NotFound = Pick<Extract<ProbeOutcome, { ok: false }>, 'reason' | 'hint'>;

async function look(
  options: ProbeOptions,
  connection: Connection,
  server: ProbedServer | undefined,
): Promise<Found | NotFound> {
  if (connection.kind === 'stdio') return lookAtCommand(options, connection);
  const { compose, vault, addresses, consentFor } = options;
  const parts = { vault, addresses, consent: consentFor(server) };
  const target = targetOfConnection(connection);
  // no stored server has this id, so that no access is found for one that is not stored
  const upstream = await compose.createUpstream(server?.id ?? '(check)', target, LIMITS, parts);
  try {
    return await within(PROBE_MS, async () => {
      const tools = [...(await upstream.tools()).values()].map(({ definition }) => definition);
      // a server of 2024-11-05 speaks nothing else over this transport
      const identity = await identify(upstream, connection.kind === 'sse' ? '2024-11-05' : undefined);
      return { ...identity, tools };
    });
  } finally {
    await upstream.close();
  }
}

/** As the scanner asks one: it sees what the program says when it ends. */
async function lookAtCommand(
  { allowCommands }: ProbeOptions,
  connection: Extract<Connection, { kind: 'stdio' }>,
): Promise<Found | NotFound> {
  if (!allowCommands)
    return { reason: 'Commands may not run here.', hint: 'The operator of the gateway can allow them.' };
  const { command, args, env, cwd } = connection;
  const { listTools } = await import('#catalogue/build');
  const answer = await listTools({ command, args, env, ...(cwd !== undefined && { cwd }) }, PROBE_MS);
  if (!answer.answered)
    return { reason: sentence(answer.detail), hint: HINT_OF_COMMAND[answer.reason] ?? SEE_COMMAND };
  const { era, revision, serverInfo, tools } = answer;
  return {
    era,
    revision,
    tools: tools.map((tool) => ({ ...tool })),
    ...(serverInfo && { server: serverInfo }),
  };
}

function explain(error: unknown, connection: Connection): NotFound {
  if (error instanceof UpstreamUnavailable) {
    const { failure } = error;
    return { reason: sentence(failure.message), hint: hintOf(failure, connection) };
  }
  if (error instanceof ToolgateError) return { reason: error.message, hint: error.hint ?? SEE_ADDRESS };
  return { reason: sentence(messageOf(error)), hint: SEE_ADDRESS };
}

const SEE_ADDRESS = 'See whether the address is right and can be reached from the machine of the gateway.';
const SEE_COMMAND = 'Run the command on the machine of the gateway to see what it says.';
const HINT_OF_COMMAND: Readonly<Record<string, string>> = {
  exited: 'The program ended: an argument or an environment variable may be missing or wrong.',
  unreachable: 'There is no such program on the machine of the gateway, or it may not be started.',
  no_answer: 'The program runs but says nothing: it may still be installing, or want its input elsewhere.',
  not_mcp: 'The program answers, but not as an MCP server over standard input and output.',
  no_tools: 'It is an MCP server without tools; there is nothing to govern.',
};

function hintOf({ kind }: UpstreamFailure, connection: Connection): string {
  switch (kind) {
    case 'refused_credentials':
      return connection.kind !== 'stdio' && connection.oauth !== undefined
        ? 'Save the server, and connect it: a person must consent.'
        : 'The server wants another credential: give it headers, or "oauth".';
    case 'redirect':
      return 'Use the address that it leads to.';
    case 'timeout':
      return 'The server can be reached, but takes too long to answer.';
    case 'broken':
      return 'What answers there is no MCP server of this kind: see the path of the address, and the transport.';
    case 'too_large':
      return 'The server answers with more than the gateway takes.';
    case 'unreachable':
      return SEE_ADDRESS;
  }
}

/** A program may repeat what it was given when it fails. */
function withoutSecrets(text: string, connection: Connection): string {
  const given =
    connection.kind === 'stdio'
      ? [
          ...Object.values(connection.env),
          ...connection.args.flatMap((arg) => [arg, arg.split('=').slice(1).join('=')]),
        ]
      : [
          ...Object.values(connection.headers).flatMap((value) => [value, value.replace(/^\S+\s+/, '')]),
          connection.url,
          ...(URL.canParse(connection.url) ? new URL(connection.url).searchParams.values() : []),
          connection.oauth?.clientSecret ?? '',
        ];
  return given
    .filter((value) => value.length >= SHORTEST_SECRET)
    .sort((a, b) => b.length - a.length)
    .reduce((rest, value) => rest.replaceAll(value, '•••'), text);
}

function sentence(text: string): string {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}

async function within<T>(timeoutMs: number, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const message = `it did not answer within ${timeoutMs / 1_000} s`;
    timer = setTimeout(
      () => reject(new UpstreamUnavailable({ kind: 'timeout', message, reached: true })),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([work(), late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs work in turns, so many at once. */
function createTurns(atOnce: number): <T>(work: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (work) => {
    if (running >= atOnce) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
