import { useQueries } from '@tanstack/react-query';
import { api, ApiProblem } from '../../api/client.ts';
import { readAll } from '../../api/pages.ts';
import type { Policy, PolicyDetail, PolicyTool } from '../../api/policies.ts';
import type { Reach } from './sum-of-reach.ts';

/** What is known of one server: what agents reach of it, or why it cannot be said. */
export interface ServerReach {
  readonly server: string;
  readonly reach: Reach | undefined;
  readonly error: Error | null;
  readonly isPending: boolean;
  readonly retry: () => void;
}

const PAGE = 200;
/** Nearly every server has fewer. */
const TOOLS_PAGE = 1_000;
const AT_ONCE = 3;
const FRESH_MS = 60_000;

/** What agents reach of each server, once it is their turn. One that does not answer keeps none of the others waiting. */
export function useReach(
  servers: readonly string[],
  mayReadPolicies: boolean,
  isTurn: boolean,
): readonly ServerReach[] {
  const answers = useQueries({
    queries: servers.map((server) => ({
      queryKey: ['servers', server, 'reach', mayReadPolicies],
      queryFn: ({ signal }: { readonly signal: AbortSignal }) =>
        inTurn(() => readReach(server, mayReadPolicies, signal)),
      enabled: isTurn,
      staleTime: FRESH_MS,
      refetchInterval: FRESH_MS,
      // a server that is away stays so for a while, and the page says it at once
      retry: (failures: number, error: Error) =>
        failures < 2 && !(error instanceof ApiProblem && error.status >= 400),
    })),
  });
  return answers.map(({ data, error, isPending, refetch }, index) => ({
    server: servers[index] ?? '',
    reach: data,
    error,
    isPending,
    retry: () => void refetch(),
  }));
}

let underWay = 0;
const waiting: (() => void)[] = [];

/** A browser has six connections to a gateway: the rest of the page must not wait for servers that are slow. */
async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (underWay >= AT_ONCE) await new Promise<void>((resolve) => waiting.push(resolve));
  else underWay++;
  try {
    return await work();
  } finally {
    // the place goes on to whoever waits, or is free
    const next = waiting.shift();
    if (next === undefined) underWay--;
    else next();
  }
}

async function readReach(server: string, mayReadPolicies: boolean, signal: AbortSignal): Promise<Reach> {
  const path = `/servers/${encodeURIComponent(server)}`;
  const [tools, policies, { reachOf }] = await Promise.all([
    readAll<PolicyTool>(`${path}/tools`, { limit: TOOLS_PAGE }, signal),
    mayReadPolicies ? readPolicies(path, signal) : [],
    // the engine is more than the rest of the page together, and waits for nothing
    import('./reach.ts'),
  ]);
  return reachOf(tools, policies);
}

async function readPolicies(path: string, signal: AbortSignal): Promise<readonly string[]> {
  const policies = await readAll<Policy>(`${path}/policies`, { limit: PAGE }, signal);
  const texts = await Promise.all(
    policies
      .filter(({ version }) => version !== undefined)
      .map(({ name }) => api<PolicyDetail>(`${path}/policies/${encodeURIComponent(name)}`, { signal })),
  );
  return texts.flatMap(({ inForce }) => inForce?.document ?? []);
}
