import { jsonText } from '#platform';
import type { LimitDemand, LimitScope } from '#policy';

/** Whose budget a call is charged to. */
export interface QuotaOwner {
  readonly organisation: string;
  readonly server: string;
  /** Grant id. */
  readonly grant: string;
  /** The agent's MCP session; undefined in stateless traffic. */
  readonly session: string | undefined;
}

/**
 * Full identity of a counter: scope, owner, name and window length, as JSON text. JSON keeps the parts apart
 * whatever they contain (and escapes NUL and half surrogates), so two counters never fall together.
 * Without a session, the scope `session` is one counter per grant.
 */
export function counterName(demand: LimitDemand, owner: QuotaOwner): string {
  const { scope, counter, windowSeconds } = demand;
  return `["${scope}",${ownerParts(scope, owner)},${jsonText(counter)},${windowSeconds}]`;
}

function ownerParts(scope: LimitScope, { organisation, server, grant, session }: QuotaOwner): string {
  switch (scope) {
    case 'organisation':
      return jsonText(organisation);
    case 'server':
      return `${jsonText(organisation)},${jsonText(server)}`;
    case 'grant':
      return `${jsonText(organisation)},${jsonText(server)},${jsonText(grant)}`;
    case 'session':
      return `${jsonText(organisation)},${jsonText(server)},${jsonText(grant)},${session === undefined ? 'null' : jsonText(session)}`;
  }
}

/** What a counter counts for whom, as its name says. */
export interface CounterIdentity {
  readonly scope: LimitScope;
  readonly organisation: string;
  /** Undefined in scope `organisation`. */
  readonly server: string | undefined;
  /** Id of the grant; undefined in scopes that are wider. */
  readonly grant: string | undefined;
  readonly counter: string;
  readonly windowSeconds: number;
}

/** How many parts say whose a counter is. */
const OWNER_PARTS: ReadonlyMap<unknown, number> = new Map<LimitScope, number>([
  ['organisation', 1],
  ['server', 2],
  ['grant', 3],
  ['session', 4],
]);

/** Reads what `counterName` wrote; undefined for anything else (what `Quota.claim` counts, for one). */
export function readCounterName(name: string): CounterIdentity | undefined {
  const [scope, ...parts] = listIn(name);
  const owners = OWNER_PARTS.get(scope);
  if (owners === undefined || parts.length !== owners + 2) return undefined;
  const [organisation, server, grant, session] = parts.slice(0, owners);
  const [counter, windowSeconds] = parts.slice(owners);
  const isNamed = [organisation, server, grant].slice(0, owners).every((part) => typeof part === 'string');
  const isSession = session === undefined || session === null || typeof session === 'string';
  if (!isNamed || !isSession || typeof counter !== 'string' || !isWindow(windowSeconds)) return undefined;
  return {
    scope: scope as LimitScope,
    organisation: organisation as string,
    server: server as string | undefined,
    grant: grant as string | undefined,
    counter,
    windowSeconds,
  };
}

function isWindow(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value > 0;
}

function listIn(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
