import { OUTCOMES, type DecisionFilter } from '../../api/logs.ts';

/** What the page shows, as it stands in its address: links to it can be shared. */
export interface LogView {
  readonly server?: string | undefined;
  readonly grant?: string | undefined;
  readonly tool?: string | undefined;
  readonly outcome?: string | undefined;
  readonly rule?: string | undefined;
  /** A span that goes on with the clock; see `SPANS`. */
  readonly last?: string | undefined;
  /** A span that stands still. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

export const SPANS: readonly { readonly value: string; readonly label: string; readonly ms: number }[] = [
  { value: '15m', label: 'Last 15 minutes', ms: 900_000 },
  { value: '1h', label: 'Last hour', ms: 3_600_000 },
  { value: '24h', label: 'Last 24 hours', ms: 86_400_000 },
  { value: '7d', label: 'Last 7 days', ms: 604_800_000 },
];

const NAMES = ['server', 'grant', 'tool', 'outcome', 'rule', 'last', 'since', 'until'] as const;

/** What an address asks for; what makes no sense in it counts for nothing. */
export function viewOf(search: string): LogView {
  const given = new URLSearchParams(search);
  const view: Partial<Record<(typeof NAMES)[number], string>> = {};
  for (const name of NAMES) {
    const value = given.get(name);
    if (value !== null && value !== '' && isSense(name, value)) view[name] = value;
  }
  return view;
}

function isSense(name: (typeof NAMES)[number], value: string): boolean {
  if (name === 'outcome') return OUTCOMES.some((outcome) => outcome === value);
  if (name === 'last') return SPANS.some((span) => span.value === value);
  if (name === 'since' || name === 'until') return !Number.isNaN(Date.parse(value));
  return true;
}

/** The query of the address that asks for a view. */
export function searchOf(view: LogView): string {
  const search = new URLSearchParams();
  for (const name of NAMES) {
    const value = view[name];
    if (value !== undefined && value !== '') search.set(name, value);
  }
  return search.toString();
}

/** The view as the API is asked for it, at a moment. */
export function filterOf(
  { server, grant, tool, outcome, rule, last, since, until }: LogView,
  now: number,
): DecisionFilter {
  const span = SPANS.find(({ value }) => value === last);
  const from = span === undefined ? since : new Date(now - span.ms).toISOString();
  const wanted = OUTCOMES.find((one) => one === outcome);
  return {
    ...(server !== undefined && { server }),
    ...(grant !== undefined && { grant }),
    ...(tool !== undefined && { tool }),
    ...(wanted !== undefined && { outcome: wanted }),
    ...(rule !== undefined && { rule }),
    ...(from !== undefined && { since: new Date(from).toISOString() }),
    ...(span === undefined && until !== undefined && { until: new Date(until).toISOString() }),
  };
}

/** How many things narrow the view. A span counts as one. */
export function countOf({ last, since, until, ...rest }: LogView): number {
  const hasSpan = last !== undefined || since !== undefined || until !== undefined;
  return Object.values(rest).filter((value) => value !== undefined).length + (hasSpan ? 1 : 0);
}
