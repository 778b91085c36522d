import { createHash } from 'node:crypto';
import { newId } from '#platform';
import type { LoginUnderWay } from '#upstream/oauth';
import type { UrlConnection } from './connection.ts';
import type { PersonSession, ServerParts } from './server-parts.ts';

/** How long a person may take at the authorization server. */
const LIFE_MS = 10 * 60_000;
const STATE = 'consent-state';
/** Whose kept answers these are: no caller is called so. */
const KEPT = 'consent';
const USED = 'consent-used';

/** What the state of a consent says: it goes to the authorization server and back, sealed. */
export interface ConsentTicket {
  readonly id: string;
  readonly organisation: string;
  readonly server: string;
  readonly expiresAt: number;
  readonly user: string;
  /** Hash of the session in which it was begun. */
  readonly session: string;
}

/** What is kept of a consent meanwhile, sealed. */
export interface KeptConsent {
  readonly underWay: LoginUnderWay;
  /** Stands for the address and the login that it was begun with. */
  readonly connection: string;
}

type FlowParts = Pick<ServerParts, 'control' | 'keys'>;

/** A ticket for a new consent, and the state that it becomes. */
export function newTicket(
  { keys }: FlowParts,
  { organisation, server, session }: { organisation: string; server: string; session: PersonSession },
  at: number,
): { readonly ticket: ConsentTicket; readonly state: string } {
  const ticket = {
    id: newId('consent', at),
    organisation,
    server,
    expiresAt: at + LIFE_MS,
    user: session.user.id,
    session: sessionHash(session),
  };
  return { ticket, state: keys.seal(JSON.stringify(ticket), STATE) };
}

/** The ticket that a state was made of; undefined for any other text. */
export function readTicket({ keys }: FlowParts, state: string): ConsentTicket | undefined {
  try {
    return JSON.parse(keys.open(state, STATE)) as ConsentTicket;
  } catch {
    return undefined;
  }
}

/** Keeps what is needed to finish, where every process finds it. */
export async function keepConsent(
  { control, keys }: FlowParts,
  { id }: ConsentTicket,
  kept: KeptConsent,
  at: number,
): Promise<void> {
  const bodySealed = keys.seal(JSON.stringify(kept), `${KEPT}:${id}`);
  await control.idempotency.begin(KEPT, id, { requestHash: '', status: 200, bodySealed, createdAt: at });
}

/** Takes what was kept, once: of two answers with one state, in whatever processes, the second gets nothing. */
export async function takeConsent(
  { control, keys }: FlowParts,
  { id }: ConsentTicket,
  at: number,
): Promise<KeptConsent | undefined> {
  const mark = { requestHash: '', status: 200, bodySealed: undefined, createdAt: at };
  if ((await control.idempotency.begin(USED, id, mark)) !== undefined) return undefined;
  const kept = await control.idempotency.begin(KEPT, id, mark);
  return kept?.bodySealed === undefined
    ? undefined
    : (JSON.parse(keys.open(kept.bodySealed, `${KEPT}:${id}`)) as KeptConsent);
}

/** Whether a ticket was made for this person in this very session. */
export function isOfSession({ user, session }: ConsentTicket, asking: PersonSession | undefined): boolean {
  return asking !== undefined && asking.user.id === user && sessionHash(asking) === session;
}

function sessionHash({ sessionId }: PersonSession): string {
  return createHash('sha256').update(sessionId).digest('base64url');
}

/** Another text when a consent for the one connection is worth nothing for the other. */
export function loginHash({ url, oauth }: UrlConnection): string {
  return createHash('sha256')
    .update(JSON.stringify([url, oauth]))
    .digest('hex');
}
