import type { GrantStore, RecordStore } from '#store';

export interface LastUseParts {
  readonly grants: Pick<GrantStore, 'ofOrganisation'>;
  readonly records: Pick<RecordStore, 'scan'>;
}

/** So many pieces of the log are looked through, from its end: a list must not wait for a long log. */
const MOST_PIECES = 16;

/**
 * When agents last used each of these servers (milliseconds since the epoch), as far as it is known without a long search: of their
 * grants to the minute, and what the end of the log says of those of the configuration file. The others are left out.
 */
export async function lastUseOf(
  { grants, records }: LastUseParts,
  organisation: string,
  servers: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const uses = new Map<string, number>();
  const note = (server: string, at: number): void => {
    uses.set(server, Math.max(at, uses.get(server) ?? at));
  };
  for (const { server, lastUsedAt } of await grants.ofOrganisation(organisation))
    if (lastUsedAt !== undefined && servers.includes(server)) note(server, lastUsedAt);
  const missing = new Set(servers);
  let pieces = 0;
  for await (const piece of records.scan({ servers })) {
    for (const { server, at } of piece) {
      note(server, at);
      missing.delete(server);
    }
    if (missing.size === 0 || ++pieces >= MOST_PIECES) break;
  }
  return uses;
}
