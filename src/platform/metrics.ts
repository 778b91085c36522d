/**
 * Counting for the metrics page. Everything is a plain number behind at most two look-ups; prom-client sees the numbers
 * only when somebody scrapes (`metrics-page.ts`).
 */

/** Upper bounds in seconds: a gateway's own share is well under a millisecond, a slow tool takes a minute. */
export const REQUEST_BOUNDS = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
];
export const STEP_BOUNDS = [
  0.000_005, 0.000_01, 0.000_025, 0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.005, 0.025, 0.1, 1, 10,
];
/** The steps of a call whose time is told apart; `admit` is reserving and recording, `inspect` all that comes after the answer. */
export const STEPS = ['read', 'find_tool', 'decide', 'admit', 'upstream', 'inspect'] as const;
export type PipelineStep = (typeof STEPS)[number];
/** Distinct values of one label of one server; what comes later is counted under `OTHER`. */
export const MAX_VALUES = 200;
export const OTHER = '(other)';

/** Durations in seconds, counted by upper bound. */
export class Histogram {
  readonly bounds: readonly number[];
  /** One more than there are bounds: the last one has no bound. */
  readonly counts: Float64Array;
  sum = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  add(seconds: number): void {
    const { bounds, counts } = this;
    let index = 0;
    while (index < bounds.length && seconds > (bounds[index] ?? 0)) index++;
    counts[index] = (counts[index] ?? 0) + 1;
    this.sum += seconds;
  }
}

/** Counts by the value of a label. The number of values is bounded, whatever is thrown at it. */
export class Tally {
  readonly #cells = new Map<string, { count: number }>();

  add(value: string): void {
    const cell = this.#cells.get(value);
    if (cell) cell.count++;
    else this.#open(this.#cells.size < MAX_VALUES ? value : OTHER).count++;
  }

  *entries(): Generator<[value: string, count: number]> {
    for (const [value, { count }] of this.#cells) yield [value, count];
  }

  #open(value: string): { count: number } {
    const known = this.#cells.get(value);
    if (known) return known;
    const cell = { count: 0 };
    this.#cells.set(value, cell);
    return cell;
  }
}

export class ServerCounts {
  readonly decisions = new Map<string, Tally>();
  readonly quotaRefusals = new Tally();
  readonly upstreamErrors = new Tally();
  readonly durations = new Histogram(REQUEST_BOUNDS);
  openStreams = 0;
}

/** All that is counted in this process since it started. */
export class Metrics {
  readonly servers = new Map<string, ServerCounts>();
  readonly steps: Readonly<Record<PipelineStep, Histogram>> = {
    read: new Histogram(STEP_BOUNDS),
    find_tool: new Histogram(STEP_BOUNDS),
    decide: new Histogram(STEP_BOUNDS),
    admit: new Histogram(STEP_BOUNDS),
    upstream: new Histogram(STEP_BOUNDS),
    inspect: new Histogram(STEP_BOUNDS),
  };
  readonly turnedAways = new Tally();
  readonly policyReloads = { ok: 0, failed: 0 };
  readonly configurationReloads = { ok: 0, failed: 0 };
  inFlight = 0;
  /** When the control plane was last heard, by `performance.now()`; undefined where there is none. */
  controlSeenAt: number | undefined = undefined;

  began(): void {
    this.inFlight++;
  }

  ended(): void {
    this.inFlight--;
  }

  took(server: string, ms: number): void {
    this.#of(server).durations.add(ms / 1000);
  }

  stepTook(step: PipelineStep, ms: number): void {
    this.steps[step].add(ms / 1000);
  }

  decided(server: string, outcome: string, rule: string): void {
    const { decisions } = this.#of(server);
    let tally = decisions.get(outcome);
    if (!tally) decisions.set(outcome, (tally = new Tally()));
    tally.add(rule);
  }

  quotaRefused(server: string, counter: string): void {
    this.#of(server).quotaRefusals.add(counter);
  }

  upstreamFailed(server: string, kind: string): void {
    this.#of(server).upstreamErrors.add(kind);
  }

  streamOpened(server: string): void {
    this.#of(server).openStreams++;
  }

  streamClosed(server: string): void {
    this.#of(server).openStreams--;
  }

  turnedAway(status: number): void {
    this.turnedAways.add(String(status));
  }

  policyReloaded(isOk: boolean): void {
    this.policyReloads[isOk ? 'ok' : 'failed']++;
  }

  configurationReloaded(isOk: boolean): void {
    this.configurationReloads[isOk ? 'ok' : 'failed']++;
  }

  controlSeen(): void {
    this.controlSeenAt = performance.now();
  }

  /** Servers come from the configuration alone, so there are as many as it names. */
  #of(server: string): ServerCounts {
    let counts = this.servers.get(server);
    if (!counts) this.servers.set(server, (counts = new ServerCounts()));
    return counts;
  }
}
