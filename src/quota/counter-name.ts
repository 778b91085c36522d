import type { LimitDemand } from '#policy';

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
  return JSON.stringify([demand.scope, ...ownerParts(demand, owner), demand.counter, demand.windowSeconds]);
}

function ownerParts({ scope }: LimitDemand, owner: QuotaOwner): readonly (string | null)[] {
  const { organisation, server, grant, session } = owner;
  switch (scope) {
    case 'organisation':
      return [organisation];
    case 'server':
      return [organisation, server];
    case 'grant':
      return [organisation, server, grant];
    case 'session':
      return [organisation, server, grant, session ?? null];
  }
}
