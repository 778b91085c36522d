/** What an organisation can be told of. */
export const EVENTS = [
  'approval.requested',
  'approval.decided',
  'approval.expired',
  'server.drift',
  'server.unreachable',
  'server.consent_needed',
  'policy.published',
  'grant.minted',
  'grant.revoked',
  'webhook.test',
] as const;
export type EventName = (typeof EVENTS)[number];

/** Something that happened. `facts` never hold a secret, nor an argument's value. */
export interface NotifiedEvent {
  readonly event: EventName;
  readonly organisation: string;
  /** One sentence for people. */
  readonly text: string;
  /** Where a person can do something about it, if there is such a place; whole URL. */
  readonly url?: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Tells webhooks and people. */
export interface Notifier {
  /** Keeps what is to be sent, durably, and resolves; it is sent by `run`. Never throws: a failure is logged. */
  notify(event: NotifiedEvent): Promise<void>;
}
