import type { Clock } from '#platform';
import type { ControlStore, Drift } from '#store';
import type { DefinedTool } from './definition-hash.ts';
import { driftOf, pinsOf } from './drift.ts';

/** What people are told of drift; it goes to the notifier as it is. */
export interface DriftEvent {
  readonly event: 'server.drift';
  readonly organisation: string;
  /** One sentence for people. */
  readonly text: string;
  readonly facts: {
    readonly server: string;
    /** The first hundred. */
    readonly tools: readonly { readonly tool: string; readonly kind: Drift['kind'] }[];
  };
}

export interface DriftWatchParts {
  readonly control: Pick<ControlStore, 'pins'>;
  readonly clock: Clock;
  readonly notify: (event: DriftEvent) => Promise<void>;
}

/** Compares what servers list with what people accepted. */
export interface DriftWatch {
  /**
   * Makes what differs the drift of a server, and tells of what is new in it, once, whatever number of processes look. Rejects when
   * the store fails.
   */
  look(organisation: string, server: string, tools: readonly DefinedTool[]): Promise<Comparison>;
}

export interface Comparison {
  readonly drift: readonly Drift[];
  /** Hashes of the accepted definitions, by tool. */
  readonly accepted: ReadonlyMap<string, string>;
}

const MOST_NAMED = 5;
const MOST_FACTS = 100;
const LONGEST_NAME = 80;

export function createDriftWatch({ control, clock, notify }: DriftWatchParts): DriftWatch {
  return {
    async look(organisation, server, tools) {
      const accepted = await control.pins.accepted(server);
      const drift = driftOf(accepted, tools, clock.now());
      const kept = await control.pins.drift(server);
      // nothing is written while nothing is new: this is asked after every listing, by every worker
      if (isSameDrift(drift, kept)) return { drift: kept, accepted };
      const fresh = await control.pins.setDrift(organisation, server, drift);
      if (fresh.length > 0) await notify(eventOf(organisation, server, fresh));
      return { drift, accepted };
    },
  };
}

/**
 * Accepts the definitions that the publisher of a policy saw: they take the place of all pins of the server, and its drift is over.
 * To be called inside the change that publishes.
 */
export async function pinPublished(
  control: Pick<ControlStore, 'pins'>,
  organisation: string,
  server: string,
  tools: readonly DefinedTool[],
  by: string,
  at: number,
): Promise<void> {
  await control.pins.replace(organisation, server, pinsOf(tools, by, at));
}

function isSameDrift(a: readonly Drift[], b: readonly Drift[]): boolean {
  const keyOf = (drift: readonly Drift[]): string =>
    drift
      .map(({ tool, kind, hash }) => JSON.stringify([tool, kind, hash]))
      .toSorted()
      .join('\n');
  return a.length === b.length && keyOf(a) === keyOf(b);
}

function eventOf(organisation: string, server: string, fresh: readonly Drift[]): DriftEvent {
  const named = fresh.slice(0, MOST_NAMED).map(({ tool, kind }) => `${nameable(tool)} (${kind})`);
  const more = fresh.length > MOST_NAMED ? ` and ${fresh.length - MOST_NAMED} more` : '';
  return {
    event: 'server.drift',
    organisation,
    text: `Server ${server} no longer lists its tools as they were accepted: ${named.join(', ')}${more}.`,
    facts: {
      server,
      tools: fresh.slice(0, MOST_FACTS).map(({ tool, kind }) => ({ tool: nameable(tool), kind })),
    },
  };
}

/** A server chooses the names of its tools; people read them in a chat or a mail. */
function nameable(tool: string): string {
  return tool.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, LONGEST_NAME);
}
