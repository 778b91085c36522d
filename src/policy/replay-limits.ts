import type { LimitDemand } from './decision.ts';
import type { CounterOfLimit, Judged, RecordedCall } from './recorded-call.ts';
import { refuse } from './step.ts';

/** What was certainly used of a counter in a window, and what may have been used at most. */
interface Used {
  low: number;
  high: number;
}

/**
 * Counts limits over recorded calls, in the order of their times. Where it is not certain that a call ran, or whose session it
 * belonged to, the count becomes a range; what a range cannot decide is unknown.
 */
export class LimitReplay {
  readonly #windows = new Map<string, { readonly start: number; readonly used: Used }>();
  #hasCounted = false;

  /** Whether any limit was asked. */
  get hasCounted(): boolean {
    return this.#hasCounted;
  }

  /** What becomes of a judged call once its limits are asked. A held one takes something out only when a person had agreed. */
  replay(call: RecordedCall, judged: Judged, wasApproved: boolean): Judged {
    const demands = demandsOf(judged);
    const open = judged.kind === 'unknown' ? judged.openLimits : [];
    if (demands.length + open.length === 0) return judged;
    const isHeld = judged.kind === 'decided' && judged.decision.outcome === 'hold';
    if (isHeld && !wasApproved) return judged;
    this.#hasCounted = true;
    const windows = demands.map((demand) => ({ demand, used: this.#usedOf(demand, call) }));
    const full = windows.find(({ demand, used }) => used.low + demand.amountMicros > demand.maxMicros);
    if (full !== undefined) {
      const { rule, message } = full.demand;
      return { kind: 'decided', decision: refuse(rule, message), byNames: judged.byNames };
    }
    const doubtful = windows.find(({ demand, used }) => used.high + demand.amountMicros > demand.maxMicros);
    const isCertain = judged.kind === 'decided' && doubtful === undefined;
    if (!call.wasReturned) {
      for (const window of windows) take(window.demand, window.used, isCertain);
      for (const counter of open) this.#usedOf(counter, call).high = Number.POSITIVE_INFINITY;
    }
    if (judged.kind === 'unknown' || doubtful === undefined) return judged;
    const { rule, scope } = doubtful.demand;
    const reason =
      scope === 'session'
        ? 'The limit is one for each session, and records do not say which session a call belonged to.'
        : 'Whether the limit is reached depends on calls that could not be judged.';
    return { kind: 'unknown', rule, reason, limits: demands, openLimits: [], byNames: judged.byNames };
  }

  #usedOf({ counter, scope, windowSeconds }: CounterOfLimit, { grant, at }: RecordedCall): Used {
    const owner = scope === 'grant' || scope === 'session' ? grant : '';
    const key = JSON.stringify([scope, owner, counter, windowSeconds]);
    const start = Math.floor(at / (windowSeconds * 1000));
    const known = this.#windows.get(key);
    if (known?.start === start) return known.used;
    const used = { low: 0, high: 0 };
    this.#windows.set(key, { start, used });
    return used;
  }
}

function demandsOf(judged: Judged): readonly LimitDemand[] {
  if (judged.kind === 'unknown') return judged.limits;
  return judged.decision.outcome === 'deny' ? [] : judged.decision.limits;
}

/** Of a session, the calls of its grant are only the most that it can have made. */
function take({ scope, amountMicros }: LimitDemand, used: Used, isCertain: boolean): void {
  used.high += amountMicros;
  if (isCertain && scope !== 'session') used.low += amountMicros;
}
