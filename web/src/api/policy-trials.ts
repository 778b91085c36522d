import { useMutation, useQuery, type UseMutationResult, type UseQueryResult } from '@tanstack/react-query';
import type { PolicyDocument } from '#policy';
import { api } from './client.ts';
import { keyOf, pathOf, type PolicyName } from './policies.ts';

/** What one text says of a call, step by step. */
export interface Verdict {
  readonly outcome: 'allow' | 'deny' | 'hold';
  readonly rule: string;
  readonly message?: string;
  readonly limits: readonly {
    readonly counter: string;
    readonly scope: 'grant' | 'session' | 'server' | 'organisation';
    readonly windowSeconds: number;
    readonly max: number;
    readonly amount: number;
  }[];
  readonly steps: readonly {
    readonly rule: string;
    readonly question: string;
    readonly result: 'passed' | 'refused' | 'held' | 'skipped';
    readonly why: string;
  }[];
}

export interface Trial {
  readonly inForce?: Verdict;
  readonly candidate?: Verdict;
  /** Why the tools of the server are not known; then the arguments are not checked against the tool. */
  readonly unavailable?: string;
}

/** What the policy in force and a document would say of a call. Nothing is called or counted. */
export function useTrial(
  name: PolicyName,
  call: {
    readonly document: PolicyDocument;
    readonly tool: string;
    readonly arguments: Readonly<Record<string, unknown>>;
  },
): UseQueryResult<Trial> {
  return useQuery({
    queryKey: [...keyOf(name), 'trial', call],
    queryFn: ({ signal }) => api<Trial>(`${pathOf(name)}/try`, { method: 'POST', body: call, signal }),
    // the last answer for the same tool stands until the next is there
    placeholderData: (before, query) =>
      (query?.queryKey[4] as typeof call | undefined)?.tool === call.tool ? before : undefined,
  });
}

type Outcome = 'allow' | 'deny' | 'hold';

interface Decided {
  readonly outcome: Outcome;
  readonly rule: string;
}

export interface Simulation {
  readonly since: string;
  readonly from?: string;
  readonly complete: boolean;
  readonly captured: boolean;
  readonly calls: number;
  readonly unchanged: number;
  readonly changed: number;
  readonly unknown: number;
  readonly leftOut: number;
  readonly before: Readonly<Record<Outcome, number>>;
  readonly after: Readonly<Record<Outcome | 'unknown', number>>;
  readonly changes: readonly {
    readonly subject: string;
    readonly before: Decided;
    readonly after: Decided;
    readonly count: number;
    readonly examples: readonly string[];
  }[];
  readonly gaps: readonly {
    readonly subject: string;
    readonly rule: string;
    readonly reason: string;
    readonly count: number;
  }[];
  readonly notes: readonly string[];
}

export interface SimulationAsked {
  readonly document: string;
  readonly since: string;
  readonly calls: 'policy' | 'server';
}

/** Decides recorded calls anew under a text. */
export function useSimulate(name: PolicyName): UseMutationResult<Simulation, Error, SimulationAsked> {
  return useMutation({
    mutationFn: (body: SimulationAsked) =>
      api<Simulation>(`${pathOf(name)}/simulate`, { method: 'POST', body }),
  });
}
