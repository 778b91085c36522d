import type * as PromClient from 'prom-client';
import { Histogram, STEPS, type Metrics } from './metrics.ts';

/** The page that Prometheus reads. */
export interface MetricsPage {
  readonly contentType: string;
  /** The text in the Prometheus exposition format. Readers that come at once share one text. */
  read(): Promise<string>;
  /** The same as data, to be added up with that of other processes by `mergeMetrics`. */
  json(): Promise<unknown>;
}

type Type = 'counter' | 'gauge' | 'histogram';
type Labels = Readonly<Record<string, string>>;
interface Value {
  readonly value: number;
  readonly labels: Labels;
  readonly metricName?: string;
}

/**
 * The page of these metrics. prom-client is loaded when somebody asks for the first time: other commands start fast, and a gateway that nobody
 * scrapes is not woken a hundred times a second to see how late its event loop is.
 */
export function createMetricsPage(metrics: Metrics, version: string): MetricsPage {
  let registry: Promise<PromClient.Registry> | undefined;
  let running: Promise<string> | undefined;
  const opened = (): Promise<PromClient.Registry> =>
    (registry ??= import('prom-client').then((library) => registryOf(library, metrics, version)));
  async function text(): Promise<string> {
    try {
      return await (await opened()).metrics();
    } finally {
      running = undefined;
    }
  }
  return {
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
    read: () => (running ??= text()),
    json: async () => (await opened()).getMetricsAsJSON(),
  };
}

/** One page from the numbers of several processes: counts are added up. */
export async function mergeMetrics(pages: readonly unknown[]): Promise<string> {
  const { AggregatorRegistry } = await import('prom-client');
  return AggregatorRegistry.aggregate(pages as object[]).metrics();
}

function registryOf(library: typeof PromClient, metrics: Metrics, version: string): PromClient.Registry {
  const registry = new library.Registry();
  library.collectDefaultMetrics({ register: registry });
  const add: Add = (name, type, help, values, aggregator = 'sum') => {
    // a metric is whatever has a name and can be asked; prom-client's own ones would count a second time
    const metric = {
      name,
      get: () => Promise.resolve({ name, help, type, values: values(), aggregator }),
    };
    registry.registerMetric(metric as unknown as PromClient.Metric);
  };
  addCounts(add, metrics);
  addDurations(add, metrics);
  add('toolgate_build_info', 'gauge', 'The version that runs; always 1.', () => [
    { value: 1, labels: { version, node: process.version } },
  ]);
  return registry;
}

type Add = (
  name: string,
  type: Type,
  help: string,
  values: () => Value[],
  /** How the values of several processes become one. */
  aggregator?: 'sum' | 'max',
) => void;

function addCounts(add: Add, metrics: Metrics): void {
  const { servers } = metrics;
  add('toolgate_decisions_total', 'counter', 'Decisions on calls, by outcome and deciding rule.', () =>
    [...servers].flatMap(([server, { decisions }]) =>
      [...decisions].flatMap(([outcome, tally]) =>
        [...tally.entries()].map(([rule, value]) => ({ value, labels: { server, outcome, rule } })),
      ),
    ),
  );
  add('toolgate_quota_refusals_total', 'counter', 'Calls that a limit refused, by counter.', () =>
    [...servers].flatMap(([server, { quotaRefusals }]) =>
      [...quotaRefusals.entries()].map(([counter, value]) => ({ value, labels: { server, counter } })),
    ),
  );
  add('toolgate_upstream_errors_total', 'counter', 'Exchanges with a server that failed, by kind.', () =>
    [...servers].flatMap(([server, { upstreamErrors }]) =>
      [...upstreamErrors.entries()].map(([kind, value]) => ({ value, labels: { server, kind } })),
    ),
  );
  add(
    'toolgate_open_streams',
    'gauge',
    'Event streams that are open toward agents, listening ones included.',
    () => [...servers].map(([server, { openStreams }]) => ({ value: openStreams, labels: { server } })),
  );
  add('toolgate_requests_in_flight', 'gauge', 'Requests not yet answered, without listening streams.', () => [
    { value: metrics.inFlight, labels: {} },
  ]);
  add('toolgate_turned_away_total', 'counter', 'HTTP requests refused before a grant was known.', () =>
    [...metrics.turnedAways.entries()].map(([status, value]) => ({ value, labels: { status } })),
  );
  add(
    'toolgate_policy_reloads_total',
    'counter',
    'Edited policies that were taken over, or could not be.',
    () => resultsOf(metrics.policyReloads),
  );
  add(
    'toolgate_configuration_reloads_total',
    'counter',
    'Edits of the configuration that were taken over, or could not be.',
    () => resultsOf(metrics.configurationReloads),
  );
  add(
    'toolgate_control_age_seconds',
    'gauge',
    'How old what is known of the control plane is: servers, policies and pins that it manages.',
    () => ageOf(metrics.controlSeenAt),
    'max',
  );
}

function addDurations(add: Add, { servers, steps }: Metrics): void {
  const requests = 'toolgate_request_duration_seconds';
  add(requests, 'histogram', 'From the arrival of a request to the end of its answer.', () =>
    [...servers].flatMap(([server, { durations }]) => bucketsOf(requests, durations, { server })),
  );
  const step = 'toolgate_step_duration_seconds';
  add(step, 'histogram', 'Time of each step of the pipeline, measured for one request in 16.', () =>
    STEPS.flatMap((name) => bucketsOf(step, steps[name], { step: name })),
  );
}

function ageOf(seenAt: number | undefined): Value[] {
  return seenAt === undefined ? [] : [{ value: (performance.now() - seenAt) / 1000, labels: {} }];
}

function resultsOf(results: { readonly ok: number; readonly failed: number }): Value[] {
  return [
    { value: results.ok, labels: { result: 'ok' } },
    { value: results.failed, labels: { result: 'failed' } },
  ];
}

/** Prometheus counts buckets cumulatively: each holds all that is not above its bound. */
function bucketsOf(name: string, { bounds, counts, sum }: Histogram, labels: Labels): Value[] {
  let total = 0;
  const buckets = [...counts].map((count, index) => {
    total += count;
    const le = index < bounds.length ? String(bounds[index]) : '+Inf';
    return { metricName: `${name}_bucket`, value: total, labels: { le, ...labels } };
  });
  return [
    ...buckets,
    { metricName: `${name}_sum`, value: sum, labels },
    { metricName: `${name}_count`, value: total, labels },
  ];
}
