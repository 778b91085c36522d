import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  PolicySimulation,
  type KnownTool,
  type PolicyDocument,
  type RecordedCall,
  type Simulation,
} from '#policy';
import type { RecordStore, StoredRecord } from '#store';
import type { Capture } from './capture.ts';

/** So many of the newest calls are judged anew at most. */
const MAX_CALLS = 50_000;
const SLICE = 250;
/** Rules in parentheses that a policy speaks by; all others are the gateway's own, and hold under any policy. */
const POLICY_RULES = new Set([
  '(no policy)',
  '(hidden)',
  '(unknown tool)',
  '(default deny)',
  '(default allow)',
  '(not governed)',
  '(ambiguous uri)',
]);

export interface LogSimulation extends Simulation {
  /** When the first of the calls was made; undefined when there was none. Milliseconds since the epoch. */
  readonly from: number | undefined;
  /** False when there were more calls than are looked at: then the earlier ones are missing. */
  readonly isComplete: boolean;
  /** Records that no policy decided, left out: refused for their form, while the server was away, or for a changed definition. */
  readonly leftOut: number;
}

export interface LogSimulationQuestion {
  readonly server: string;
  /** Only calls of grants that carried the policy of this name, in whatever version; all of the server when it is left out. */
  readonly policy?: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  readonly candidate: PolicyDocument;
  /** See `SimulationParts`. */
  readonly tools?: ReadonlyMap<string, KnownTool>;
  /** Calls that are looked at; for tests. */
  readonly maxCalls?: number;
}

export interface LogSimulationParts {
  readonly store: Pick<RecordStore, 'scan'>;
  /** Where arguments of captured calls come from, for a server that captures. */
  readonly capture: Pick<Capture, 'open'> | undefined;
}

/**
 * Judges the recorded calls of one server anew under another policy, in turns, so that other work goes on meanwhile. See
 * `PolicySimulation` for what can be known. Throws an Error when the candidate was not validated.
 */
export async function simulateLog(
  { store, capture }: LogSimulationParts,
  question: LogSimulationQuestion,
): Promise<LogSimulation> {
  const { candidate, tools } = question;
  const simulation = new PolicySimulation({ candidate, ...(tools && { tools }) });
  const { calls, isComplete, leftOut } = await newestCalls(store, question);
  calls.sort((a, b) => a.at - b.at || (a.id < b.id ? -1 : 1));
  for (let start = 0; start < calls.length; start += SLICE) {
    const slice = calls.slice(start, start + SLICE);
    const captured = await capture?.open(slice.map(({ id }) => id));
    for (const call of slice) {
      const known = captured?.get(call.id);
      simulation.judge(known === undefined ? call : { ...call, captured: known });
    }
    await nextTurn();
  }
  return { ...simulation.result(), from: calls[0]?.at, isComplete, leftOut };
}

interface Found {
  readonly calls: RecordedCall[];
  readonly isComplete: boolean;
  readonly leftOut: number;
}

async function newestCalls(
  store: LogSimulationParts['store'],
  { server, policy, since, maxCalls = MAX_CALLS }: LogSimulationQuestion,
): Promise<Found> {
  const calls: RecordedCall[] = [];
  let leftOut = 0;
  for await (const batch of store.scan({ server, since })) {
    for (const record of batch) {
      if (policy !== undefined && record.policy !== policy) continue;
      const call = recordedCall(record);
      if (call === undefined) leftOut++;
      else if (calls.length >= maxCalls) return { calls, isComplete: false, leftOut };
      else calls.push(call);
    }
  }
  return { calls, isComplete: true, leftOut };
}

/** A record as a call that a policy can be asked about; undefined when no policy was, or when it is about something else. */
function recordedCall(record: StoredRecord): RecordedCall | undefined {
  const { id, at, grantId, outcome, rule, argumentKeys, ending } = record;
  const subject = subjectOf(record);
  const isPolicys = !rule.startsWith('(') || POLICY_RULES.has(rule);
  if (outcome === 'refused' || subject === undefined || !isPolicys) return undefined;
  const wasReturned = ending?.quotaReturned === true;
  return { id, at, grant: grantId, subject, outcome, rule, argumentKeys, wasReturned };
}

function subjectOf({ method, tool }: StoredRecord): RecordedCall['subject'] | undefined {
  if (tool === undefined) return undefined;
  switch (method) {
    case 'tools/call':
      return tool;
    case 'resources/read':
    case 'resources/subscribe':
      return { kind: 'resource', name: tool };
    case 'prompts/get':
      return { kind: 'prompt', name: tool };
    default:
      return undefined;
  }
}
