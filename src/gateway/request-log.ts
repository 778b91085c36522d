import type { Log } from '#platform';
import type { Observation } from './telemetry.ts';

/** One line a request, about what happened to it and never about what was in it. */
export interface RequestLog {
  ended(observation: Observation): void;
  turnedAway(id: string, status: number, reason: string): void;
}

const MAX_NAME_CHARS = 256;
/** Shares are added up in whole millionths: fractions would drift. */
const WHOLE = 1_000_000;

/**
 * Writes the lines: failures at `warn`, whatever was not allowed at `info`, and allowed requests at `debug`, of which the
 * share `sample` (0 to 1) is written at `info`, evenly spread.
 */
export function createRequestLog(log: Log, sample: number): RequestLog {
  const isDebug = log.isLevelEnabled('debug');
  const isInfo = log.isLevelEnabled('info');
  const share = Math.round(sample * WHOLE);
  let due = 0;

  function levelOf(observation: Observation): 'warn' | 'info' | 'debug' | undefined {
    if (observation.failure !== undefined || observation.status === 500) return 'warn';
    const { outcome, status } = observation;
    if (outcome === 'deny' || outcome === 'hold' || outcome === 'refused') return 'info';
    if (status >= 400 && status !== 499) return 'info';
    due += share;
    if (due >= WHOLE) {
      due -= WHOLE;
      return 'info';
    }
    return isDebug ? 'debug' : undefined;
  }

  return {
    ended(observation) {
      const level = levelOf(observation);
      if (level === undefined || (level === 'info' && !isInfo)) return;
      log[level](lineOf(observation), 'request');
    },
    turnedAway(id, status, reason) {
      log.info({ request: id, status, reason }, 'request turned away');
    },
  };
}

function lineOf(observation: Observation): object {
  const { id, server, grant, transport, method, tool, outcome, rule, policy, result, failure } = observation;
  return {
    request: id,
    trace: observation.traceId,
    server,
    grant: grant.id,
    label: grant.label,
    transport,
    method: method || undefined,
    tool: tool?.slice(0, MAX_NAME_CHARS),
    decision: outcome,
    enforced: outcome === undefined ? undefined : policy?.mode !== 'observe',
    rule: rule || undefined,
    policy: policy?.name,
    version: policy?.version,
    result,
    failure: failure?.kind,
    reason: failure?.message,
    upstreamStatus: failure?.status,
    status: observation.status,
    ms: Math.round(observation.ms * 1000) / 1000,
  };
}
