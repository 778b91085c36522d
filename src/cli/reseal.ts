import { keyNameOf, messageOf, type Clock, type KeyRing } from '#platform';
import type { ApprovalStore, Store } from '#store';
import type { CredentialVault } from '#upstream';

/** What is sealed, by kind. Captured arguments and answers kept for repeated requests are not here: they go by themselves. */
export type SealedKind = 'servers' | 'credentials' | 'approvals' | 'webhooks';

/** One sealed column of one row. */
interface SealedItem {
  readonly kind: SealedKind;
  readonly id: string;
  readonly sealed: string;
  /** Seals it anew if it is still as it was read. Throws `key.unknown` or `key.refused`. */
  reseal(): Promise<boolean>;
}

export interface ResealParts {
  readonly store: Pick<Store, 'control' | 'credentials' | 'grants'>;
  readonly keys: KeyRing;
  readonly vault: CredentialVault;
  readonly clock: Clock;
}

export interface Resealed {
  readonly done: Readonly<Record<SealedKind, number>>;
  /** How much is sealed with each key now, by its name. */
  readonly use: ReadonlyMap<string, number>;
  /** What could not be opened, and why, a line each. */
  readonly unreadable: readonly string[];
}

/** Somebody may change a row between reading and sealing: then it is read again. */
const MOST_ROUNDS = 5;
const PAGE = 200;

/** How much is sealed with each key, by its name. */
export async function countByKey(parts: ResealParts): Promise<ReadonlyMap<string, number>> {
  const use = new Map<string, number>();
  for (const { sealed } of await sealedItems(parts)) {
    const name = keyNameOf(sealed);
    use.set(name, (use.get(name) ?? 0) + 1);
  }
  return use;
}

/**
 * Seals everything with the first key that is sealed with another one. Each row is changed only if it is still as it was read, so that
 * gateways may go on meanwhile, and it may be done again at any time.
 */
export async function resealAll(parts: ResealParts): Promise<Resealed> {
  const done = { servers: 0, credentials: 0, approvals: 0, webhooks: 0 };
  const unreadable = new Map<string, string>();
  for (let round = 0; round < MOST_ROUNDS; round++) {
    let isChanging = false;
    for (const item of await sealedItems(parts)) {
      const key = `${item.kind} ${item.id}`;
      if (!parts.keys.isOutdated(item.sealed) || unreadable.has(key)) continue;
      try {
        if (await item.reseal()) done[item.kind]++;
        else isChanging = true;
      } catch (error) {
        unreadable.set(key, `${key}: ${messageOf(error)}`);
      }
    }
    if (!isChanging) break;
  }
  return { done, use: await countByKey(parts), unreadable: [...unreadable.values()] };
}

async function sealedItems(parts: ResealParts): Promise<readonly SealedItem[]> {
  const { store, keys } = parts;
  const { organisations, servers, approvals, webhooks } = store.control;
  const resealing =
    (sealed: string, purpose: string, put: (to: string) => Promise<boolean>): SealedItem['reseal'] =>
    async () =>
      put(keys.seal(keys.open(sealed, purpose), purpose));

  const items: SealedItem[] = [];
  for (const { id, connectionSealed: sealed } of await servers.all()) {
    const put = (to: string): Promise<boolean> => servers.reseal(id, sealed, to);
    items.push({ kind: 'servers', id, sealed, reseal: resealing(sealed, `server:${id}`, put) });
  }
  items.push(...(await credentialItems(parts)));
  for (const organisation of await organisations.owners()) {
    for (const { id, argumentsSealed: sealed } of await allApprovals(
      approvals,
      organisation,
      parts.clock.now(),
    )) {
      const put = (to: string): Promise<boolean> => approvals.reseal(id, sealed, to);
      items.push({ kind: 'approvals', id, sealed, reseal: resealing(sealed, `approval:${id}`, put) });
    }
    for (const { id, secretSealed: sealed } of await webhooks.list(organisation)) {
      const put = (to: string): Promise<boolean> => webhooks.reseal(id, sealed, to);
      items.push({ kind: 'webhooks', id, sealed, reseal: resealing(sealed, `webhook:${id}`, put) });
    }
  }
  return items;
}

/**
 * The vault seals anew what it finds under an old key, but never what a gateway is just renewing: that one writes a new state, with the
 * key that is the first by then.
 */
async function credentialItems({ store, vault }: ResealParts): Promise<readonly SealedItem[]> {
  const items: SealedItem[] = [];
  for (const id of await store.credentials.servers()) {
    const stored = await store.credentials.find(id);
    if (stored === undefined) continue;
    const reseal = async (): Promise<boolean> => {
      const found = await vault.find(id);
      return found === undefined || found.stored.version !== stored.version;
    };
    items.push({ kind: 'credentials', id, sealed: stored.sealed, reseal });
  }
  return items;
}

async function allApprovals(
  approvals: ApprovalStore,
  organisation: string,
  now: number,
): Promise<readonly { readonly id: string; readonly argumentsSealed: string }[]> {
  const all: { readonly id: string; readonly argumentsSealed: string }[] = [];
  for (let before: string | undefined; ; before = all.at(-1)?.id) {
    const page = await approvals.list(
      organisation,
      { limit: PAGE, ...(before !== undefined && { before }) },
      now,
    );
    all.push(...page.map(({ id, argumentsSealed }) => ({ id, argumentsSealed })));
    if (page.length < PAGE) return all;
  }
}
