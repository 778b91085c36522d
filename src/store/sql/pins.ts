import type { Drift, Pin, PinCounts, PinStore } from '../control-ports.ts';
import { inParts, sortedBy } from './row-values.ts';
import type { DriftRow, PinRow } from './schema.ts';
import type { Queries, SqlDatabase } from './sql-database.ts';

/**
 * Accepted definitions of tools and what differs from them; see `PinStore` for what each method promises. Who changes something raises
 * the revision first: its row is also the lock that lets one change follow another.
 */
export function createPinStore(database: SqlDatabase): PinStore {
  return { ...pinsOf(database), ...driftOf(database), counts: (servers) => countBoth(database, servers) };
}

async function countBoth(
  { sql }: SqlDatabase,
  servers: readonly string[],
): Promise<ReadonlyMap<string, PinCounts>> {
  const counts = new Map<string, { -readonly [K in keyof PinCounts]: PinCounts[K] }>();
  for (const part of inParts(servers)) {
    for (const table of ['pins', 'drift'] as const) {
      const rows = await sql()
        .selectFrom(table)
        .select(({ fn }) => ['server', fn.countAll<number | string>().as('count')])
        .where('server', 'in', part)
        .groupBy('server')
        .execute();
      for (const { server, count } of rows) {
        const both = counts.get(server) ?? { pins: 0, drift: 0 };
        both[table] = Number(count);
        counts.set(server, both);
      }
    }
  }
  return counts;
}

function pinsOf(database: SqlDatabase): Pick<PinStore, 'pins' | 'accepted' | 'replace' | 'accept'> {
  const { sql } = database;

  async function accept(
    organisation: string,
    server: string,
    { tool, hash }: Pick<Drift, 'tool' | 'hash'>,
    pin: Pin | undefined,
  ): Promise<boolean> {
    if (!(await isOwn(database, organisation, server))) return false;
    await database.raise('control');
    const seen = await sql()
      .deleteFrom('drift')
      .where('server', '=', server)
      .where('tool', '=', tool)
      .where('hash', '=', hash)
      .executeTakeFirst();
    if (seen.numDeletedRows === 0n) return false;
    await sql().deleteFrom('pins').where('server', '=', server).where('tool', '=', tool).execute();
    if (pin !== undefined)
      await sql()
        .insertInto('pins')
        .values(pinRow(organisation, server, pin))
        .execute();
    return true;
  }

  return {
    async pins(server) {
      const rows = await sql().selectFrom('pins').selectAll().where('server', '=', server).execute();
      return sortedBy(rows.map(toPin), (pin) => pin.tool);
    },
    accepted: (server) => acceptedHashes(database, server),
    replace: (organisation, server, pins) =>
      database.transaction(async () => {
        if (!(await isOwn(database, organisation, server))) return;
        await database.raise('control');
        await sql().deleteFrom('drift').where('server', '=', server).execute();
        await sql().deleteFrom('pins').where('server', '=', server).execute();
        const rows = byTool(pins).map((pin) => pinRow(organisation, server, pin));
        for (const part of inParts(rows)) await sql().insertInto('pins').values(part).execute();
      }),
    async accept(organisation, server, tool, seenHash, pin) {
      // What is pinned is what was seen, or nothing is.
      if (pin === undefined ? seenHash !== '' : pin.tool !== tool || pin.hash !== seenHash) return false;
      return database.transaction(() => accept(organisation, server, { tool, hash: seenHash }, pin));
    },
  };
}

function driftOf(database: SqlDatabase): Pick<PinStore, 'drift' | 'setDrift'> {
  async function readDrift({ sql }: Queries, server: string): Promise<readonly Drift[]> {
    const rows = await sql().selectFrom('drift').selectAll().where('server', '=', server).execute();
    return sortedBy(rows.map(toDrift), (drift) => drift.tool);
  }

  /** Under the lock. What was accepted since somebody looked is no drift any more. */
  async function write(
    inside: Queries,
    organisation: string,
    server: string,
    wanted: readonly Drift[],
  ): Promise<readonly Drift[]> {
    const { sql } = inside;
    const accepted = await acceptedHashes(inside, server);
    const now = wanted.filter(({ tool, hash }) => (accepted.get(tool) ?? '') !== hash);
    const { gone, fresh } = difference(await readDrift(inside, server), now);
    for (const part of inParts(gone)) {
      const tools = part.map((drift) => drift.tool);
      await sql().deleteFrom('drift').where('server', '=', server).where('tool', 'in', tools).execute();
    }
    const rows = fresh.map((drift) => driftRow(organisation, server, drift));
    for (const part of inParts(rows)) await sql().insertInto('drift').values(part).execute();
    return fresh;
  }

  return {
    drift: (server) => readDrift(database, server),
    async setDrift(organisation, server, drift) {
      const wanted = byTool(drift);
      // Every process looks again and again, and mostly nothing is new.
      const { gone, fresh } = difference(await readDrift(database, server), wanted);
      if (gone.length === 0 && fresh.length === 0) return [];
      return database.alone(async (inside) => {
        if (!(await isOwn(inside, organisation, server))) return [];
        await inside.raise('control');
        return write(inside, organisation, server, wanted);
      });
    },
  };
}

/** What leaves the drift and what comes to it; what stays keeps the time at which it was first seen. */
function difference(
  before: readonly Drift[],
  after: readonly Drift[],
): { readonly gone: readonly Drift[]; readonly fresh: readonly Drift[] } {
  const sign = ({ kind, hash }: Drift): string => `${kind} ${hash}`;
  const signsOf = (list: readonly Drift[]) => new Map(list.map((drift) => [drift.tool, sign(drift)]));
  const [old, next] = [signsOf(before), signsOf(after)];
  return {
    gone: before.filter((drift) => next.get(drift.tool) !== sign(drift)),
    fresh: after.filter((drift) => old.get(drift.tool) !== sign(drift)),
  };
}

/**
 * Whether the pins of a server are this organisation's to change. A server of the configuration has no row: it belongs to whoever
 * pinned it.
 */
async function isOwn({ sql }: Queries, organisation: string, server: string): Promise<boolean> {
  const managed = await sql()
    .selectFrom('servers')
    .select(['organisation', 'removed_at'])
    .where('id', '=', server)
    .executeTakeFirst();
  if (managed !== undefined) return managed.organisation === organisation && managed.removed_at === null;
  for (const table of ['pins', 'drift'] as const) {
    const foreign = await sql()
      .selectFrom(table)
      .select('server')
      .where('server', '=', server)
      .where('organisation', '!=', organisation)
      .limit(1)
      .executeTakeFirst();
    if (foreign !== undefined) return false;
  }
  return true;
}

async function acceptedHashes({ sql }: Queries, server: string): Promise<ReadonlyMap<string, string>> {
  const rows = await sql().selectFrom('pins').select(['tool', 'hash']).where('server', '=', server).execute();
  return new Map(sortedBy(rows, (row) => row.tool).map(({ tool, hash }) => [tool, hash]));
}

/** A server may name a tool twice: the last one counts, as it does for who calls it. */
function byTool<T extends { readonly tool: string }>(list: readonly T[]): readonly T[] {
  return [...new Map(list.map((one) => [one.tool, one])).values()];
}

function pinRow(organisation: string, server: string, pin: Pin): PinRow {
  return {
    server,
    tool: pin.tool,
    organisation,
    hash: pin.hash,
    definition: pin.definition,
    accepted_at: pin.acceptedAt,
    accepted_by: pin.acceptedBy,
  };
}

function toPin(row: PinRow): Pin {
  return {
    tool: row.tool,
    hash: row.hash,
    definition: row.definition,
    acceptedAt: row.accepted_at,
    acceptedBy: row.accepted_by,
  };
}

function driftRow(organisation: string, server: string, drift: Drift): DriftRow {
  return {
    server,
    tool: drift.tool,
    organisation,
    kind: drift.kind,
    hash: drift.hash,
    definition: drift.definition,
    seen_at: drift.seenAt,
  };
}

function toDrift(row: DriftRow): Drift {
  return {
    tool: row.tool,
    kind: row.kind,
    hash: row.hash,
    definition: row.definition,
    seenAt: row.seen_at,
  };
}
