import type { Library } from './identity-library.ts';

/** One browser, or one program, in which a person is signed in. */
export interface OpenSession {
  /** Names the session; opens nothing. */
  readonly id: string;
  readonly createdAt: number;
  /** To within a few minutes. */
  readonly lastSeenAt: number;
  /** When it ends unless a page renews it. */
  readonly expiresAt: number;
  /** Where the sign-in came from, as far as that is known. */
  readonly address: string | undefined;
  /** `User-Agent` of the sign-in: whatever that program says of itself. */
  readonly agent: string | undefined;
}

/** How a person can come in. */
export interface SignIns {
  readonly hasPassword: boolean;
  readonly providers: readonly LinkedProvider[];
}

/** An account at a sign-in provider that opens the account here. */
export interface LinkedProvider {
  readonly id: string;
  /** Id of the provider in the configuration. */
  readonly provider: string;
  readonly linkedAt: number;
}

interface SessionRow {
  readonly id: string;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly expiresAt: Date;
  readonly ipAddress?: string | null;
  readonly userAgent?: string | null;
}

interface AccountRow {
  readonly id: string;
  readonly providerId: string;
  readonly password?: string | null;
  readonly createdAt: Date;
}

const PASSWORD_PROVIDER = 'credential';
const MOST = 1_000;
const SEEN_EVERY_MS = 300_000;

/** What a person sees and ends of its own account, over the tables of the library. Nothing of it is a token or made of one. */
export class OwnAccount {
  readonly #library: Library;
  /** Ids of the sign-in providers that the operator configured. */
  readonly #offered: ReadonlySet<string>;

  constructor(library: Library, offered: readonly string[]) {
    this.#library = library;
    this.#offered = new Set(offered);
  }

  /** The sessions of a person that have not ended, newest first. */
  async sessions(user: string): Promise<readonly OpenSession[]> {
    const adapter = await this.#adapter();
    const rows = await adapter.findMany<SessionRow>({
      model: 'session',
      where: [
        { field: 'userId', value: user },
        { field: 'expiresAt', operator: 'gt', value: new Date() },
      ],
      sortBy: { field: 'createdAt', direction: 'desc' },
      limit: MOST,
    });
    return rows.map(({ id, createdAt, updatedAt, expiresAt, ipAddress, userAgent }) => ({
      id,
      createdAt: createdAt.getTime(),
      lastSeenAt: updatedAt.getTime(),
      expiresAt: expiresAt.getTime(),
      address: ipAddress || undefined,
      agent: userAgent || undefined,
    }));
  }

  /** Ends a session of this person; false when there is none of that id. */
  async endSession(user: string, session: string): Promise<boolean> {
    const adapter = await this.#adapter();
    const where = [
      { field: 'userId', value: user },
      { field: 'id', value: session },
    ];
    return (await adapter.deleteMany({ model: 'session', where })) > 0;
  }

  /** Ends all sessions of this person but one; resolves to how many ended. */
  async endOtherSessions(user: string, kept: string): Promise<number> {
    const adapter = await this.#adapter();
    return adapter.deleteMany({
      model: 'session',
      where: [
        { field: 'userId', value: user },
        { field: 'id', operator: 'ne', value: kept },
      ],
    });
  }

  /** Notes that a session was used, unless that was noted a moment ago. */
  async seen(session: { readonly id: string; readonly updatedAt: Date }, now: number): Promise<void> {
    if (now - session.updatedAt.getTime() < SEEN_EVERY_MS) return;
    const adapter = await this.#adapter();
    await adapter.updateMany({
      model: 'session',
      where: [{ field: 'id', value: session.id }],
      update: { updatedAt: new Date(now) },
    });
  }

  /** How this person can come in; providers in the order in which they were linked. */
  async signIns(user: string): Promise<SignIns> {
    const adapter = await this.#adapter();
    const rows = await adapter.findMany<AccountRow>({
      model: 'account',
      where: [{ field: 'userId', value: user }],
      sortBy: { field: 'createdAt', direction: 'asc' },
      limit: MOST,
    });
    return {
      hasPassword: rows.some(({ providerId, password }) => providerId === PASSWORD_PROVIDER && !!password),
      providers: rows
        .filter(({ providerId }) => providerId !== PASSWORD_PROVIDER)
        .map(({ id, providerId, createdAt }) => ({
          id,
          provider: providerId,
          linkedAt: createdAt.getTime(),
        })),
    };
  }

  /**
   * Takes a provider away from a person who can still come in without it: `last` for one who cannot, `unknown` where nothing of that id is
   * linked. To be called in a transaction of the store.
   */
  async unlink(user: string, id: string): Promise<'unlinked' | 'last' | 'unknown'> {
    const adapter = await this.#adapter();
    // holds the row until the transaction ends: of two that are unlinked at once, the second sees what the first left
    await adapter.updateMany({
      model: 'user',
      where: [{ field: 'id', value: user }],
      update: { updatedAt: new Date() },
    });
    const { hasPassword, providers } = await this.signIns(user);
    if (!providers.some((linked) => linked.id === id)) return 'unknown';
    const others = providers.filter((linked) => linked.id !== id && this.#offered.has(linked.provider));
    if (!hasPassword && others.length === 0) return 'last';
    await adapter.delete({ model: 'account', where: [{ field: 'id', value: id }] });
    return 'unlinked';
  }

  async #adapter() {
    return (await this.#library.auth.$context).adapter;
  }
}
