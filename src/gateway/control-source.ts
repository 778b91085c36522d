import { messageOf, systemClock, type Clock, type Log } from '#platform';
import type { ControlStore, ManagedServer } from '#store';
import type { Upstream } from '#upstream';
import {
  DEFAULT_APPROVALS,
  type ApprovalSettings,
  type Directory,
  type GovernedServer,
} from './directory.ts';
import type { Pins } from './pinned-definition.ts';
import { PublishedPolicies } from './published-policies.ts';
import { readServerSettings } from './server-settings.ts';
import { silentTelemetry, type Telemetry } from './telemetry.ts';
import { UpstreamUse } from './upstream-use.ts';

export type RegisteredServer = ManagedServer & { readonly organisation: string };

export interface ControlSourceParts {
  readonly directory: Directory;
  readonly control: Pick<ControlStore, 'servers' | 'policies' | 'pins' | 'revision'>;
  /** Makes the way to a server; it need not be reachable. Rejects when its connection cannot be read. */
  readonly openUpstream: (server: RegisteredServer) => Promise<Upstream>;
  /** For servers that say nothing of it. */
  readonly approvals?: ApprovalSettings | undefined;
  readonly log: Log;
  readonly telemetry?: Telemetry;
  readonly clock?: Clock;
}

/** What is in force of one registered server. */
interface Known {
  readonly row: RegisteredServer;
  readonly governed: GovernedServer & { readonly use: UpstreamUse };
  /** All but the connection, for comparison. */
  readonly terms: string;
}

/** A server that could not be taken over is tried again after this time. */
const RETRY_MS = 10_000;

/**
 * Keeps the servers, policies and pins of the directory equal to what people registered and published, from whatever process. What the
 * configuration file declares wins over it. While the store cannot be read, what was known stays in force.
 */
export class ControlSource {
  readonly #parts: ControlSourceParts;
  readonly #telemetry: Telemetry;
  readonly #clock: Clock;
  readonly #policies: PublishedPolicies;
  readonly #known = new Map<string, Known>();
  readonly #retired = new Set<Upstream>();
  /** Ids that the configuration file has too, so that it is told once. */
  readonly #shadowed = new Set<string>();
  #revision: number | undefined;
  #retryAt = Number.POSITIVE_INFINITY;
  #isFailing = false;
  #looking: Promise<void> | undefined;

  constructor(parts: ControlSourceParts) {
    this.#parts = parts;
    this.#telemetry = parts.telemetry ?? silentTelemetry;
    this.#clock = parts.clock ?? systemClock;
    this.#policies = new PublishedPolicies(parts.directory, parts.log, this.#telemetry);
  }

  /** Takes everything over at start, once the declared servers are in the directory. Rejects when the store cannot be read. */
  async load(): Promise<void> {
    await this.#look();
  }

  /** Takes over what changed; to be called a few times a second. One look at a time. Never rejects. */
  refresh(): Promise<void> {
    this.#looking ??= this.#lookOrLog().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  /** Everything that was changed before this call is in force when it resolves: a look under way may have begun earlier. Never rejects. */
  async catchUp(): Promise<void> {
    await this.#looking;
    await this.refresh();
  }

  /** Closes the upstreams that were replaced and still had calls. Those in force are closed with the directory's others. */
  async close(): Promise<void> {
    await this.#looking;
    await Promise.all([...this.#retired].map((upstream) => this.#closeRetired(upstream)));
  }

  async #lookOrLog(): Promise<void> {
    const { log } = this.#parts;
    try {
      await this.#look();
      if (this.#isFailing) log.info('the control plane can be read again');
      this.#isFailing = false;
    } catch (error) {
      if (!this.#isFailing)
        log.error(
          { err: messageOf(error) },
          'the control plane cannot be read: what was known stays in force',
        );
      this.#isFailing = true;
    }
  }

  async #look(): Promise<void> {
    const revision = await this.#parts.control.revision();
    if (revision !== this.#revision || this.#clock.now() >= this.#retryAt) await this.#read();
    // taken before the reading: what changes meanwhile is read the next time
    this.#revision = revision;
    this.#telemetry.controlSeen();
  }

  async #read(): Promise<void> {
    const { control, directory } = this.#parts;
    const [servers, policies] = await Promise.all([control.servers.all(), control.policies.published()]);
    const rows = servers.filter((row) => !this.#isDeclared(row.id));
    const ids = new Set(rows.map(({ id }) => id));
    for (const [id, known] of this.#known) {
      if (ids.has(id)) continue;
      this.#known.delete(id);
      directory.removeServer(id);
      this.#retire(known);
    }
    const taken = await Promise.allSettled(rows.map((row) => this.#take(row)));
    const failed = taken.find((outcome) => outcome.status === 'rejected');
    if (failed) throw failed.reason;
    const areAll = taken.every((outcome) => outcome.status === 'fulfilled' && outcome.value);
    this.#retryAt = areAll ? Number.POSITIVE_INFINITY : this.#clock.now() + RETRY_MS;
    this.#policies.replaceAll(policies);
  }

  #isDeclared(id: string): boolean {
    const isDeclared = this.#parts.directory.server(id) !== undefined && !this.#known.has(id);
    if (isDeclared && !this.#shadowed.has(id)) {
      this.#shadowed.add(id);
      this.#parts.log.warn({ server: id }, 'a registered server has the id of a declared one, which wins');
    }
    return isDeclared;
  }

  /** Resolves to whether what is registered is in force now. A store that fails rejects. */
  async #take(row: RegisteredServer): Promise<boolean> {
    const { control, directory, log } = this.#parts;
    const pins: Pins | undefined =
      row.onChange === 'block'
        ? { onChange: 'block', accepted: await control.pins.accepted(row.id) }
        : undefined;
    const before = this.#known.get(row.id);
    try {
      const settings = readServerSettings(row.settings);
      const { methods = {}, approvals = this.#parts.approvals ?? DEFAULT_APPROVALS, capture } = settings;
      const captures = capture !== undefined;
      const terms = JSON.stringify([methods, approvals, captures, pins && [...pins.accepted]]);
      const isReachedAsBefore = before !== undefined && isSameWay(before.row, row);
      if (isReachedAsBefore && before.terms === terms) {
        this.#known.set(row.id, { ...before, row });
        return true;
      }
      const upstream = isReachedAsBefore ? before.governed.upstream : await this.#parts.openUpstream(row);
      const use = isReachedAsBefore ? before.governed.use : new UpstreamUse();
      const { id, organisation } = row;
      const governed = {
        id,
        organisation,
        upstream,
        methods,
        approvals,
        pins,
        captures,
        use,
        isRegistered: true,
      };
      this.#known.set(id, { row, governed, terms });
      directory.addServer(governed);
      if (before && !isReachedAsBefore) this.#retire(before);
      if (!isReachedAsBefore) upstream.tools().catch(() => {}); // warm up
      return true;
    } catch (error) {
      log.error(
        { err: messageOf(error), server: row.id },
        before
          ? 'a registered server could not be taken over: the one before stays in force'
          : 'a registered server could not be taken over',
      );
      return false;
    }
  }

  #retire({ governed: { upstream, use } }: Known): void {
    this.#retired.add(upstream);
    use.retire(() => void this.#closeRetired(upstream));
  }

  async #closeRetired(upstream: Upstream): Promise<void> {
    if (!this.#retired.delete(upstream)) return;
    try {
      await upstream.close();
    } catch (error) {
      const place = { err: messageOf(error), server: upstream.serverId };
      this.#parts.log.warn(place, 'a replaced server could not be closed');
    }
  }
}

/** A connection that was only encrypted anew, with another key, is the same: such a change leaves `updatedAt` as it was. */
function isSameWay(before: RegisteredServer, after: RegisteredServer): boolean {
  if (before.kind !== after.kind || limitsOf(before) !== limitsOf(after)) return false;
  return before.connectionSealed === after.connectionSealed || before.updatedAt === after.updatedAt;
}

function limitsOf({ settings }: RegisteredServer): string {
  return JSON.stringify(readServerSettings(settings).limits ?? {});
}
