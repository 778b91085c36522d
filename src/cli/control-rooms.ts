/** What the control plane needs in every process of a gateway, whether or not anybody uses its API. */
import { createApprovals, type Approvals } from '#approvals';
import { DEFAULT_APPROVALS, type ApprovalSettings } from '#gateway';
import {
  createDeliveries,
  createNotifier,
  createWebhookPost,
  type EventName,
  type Notifier,
} from '#notifications';
import {
  createMailer,
  messageOf,
  openKeyRing,
  type Clock,
  type Configuration,
  type KeyRing,
  type Log,
  type Mailer,
} from '#platform';
import {
  createAudit,
  createCapture,
  createForwarder,
  createRetention,
  forwardStateIn,
  postForward,
  type Audit,
  type Capture,
} from '#records';
import type { Store } from '#store';
import { createAddressGuard, createDriftWatch, type AddressGuard, type DriftWatch } from '#upstream';
import { Rounds } from './rounds.ts';

const DELIVER_MS = 1_000;
const EXPIRE_MS = 5_000;
const HOUR_MS = 3_600_000;

export interface ControlRoomsOptions {
  readonly store: Store;
  readonly dataDir: string;
  readonly configuration: Configuration;
  /** Where people reach the gateway, without a slash at its end; known once it listens. */
  readonly origin: () => string;
  readonly clock: Clock;
  readonly log: Log;
}

export interface ControlRooms {
  readonly keys: KeyRing;
  readonly approvals: Approvals;
  readonly approvalUrl: (id: string) => string;
  readonly approvalSettings: ApprovalSettings;
  readonly capture: Capture;
  readonly notifier: Notifier;
  readonly mail: Mailer | undefined;
  readonly audit: Audit;
  readonly driftWatch: DriftWatch;
  /** Where webhooks may lie. */
  readonly webhookGuard: AddressGuard;
  /** Ends what goes on by itself. */
  close(): Promise<void>;
}

/** Opens them, and begins what goes on by itself: deliveries, expiry, retention, forwarding. Throws `key.invalid` or `key.exposed`. */
export function openControlRooms(options: ControlRoomsOptions): ControlRooms {
  const { store, dataDir, configuration, origin, clock, log } = options;
  const { control } = store;
  const keys = openKeyRing(dataDir);
  const mail = configuration.mail && createMailer(configuration.mail);
  const notifier = createNotifier({
    store: control.webhooks,
    clock,
    log,
    ...(mail && { mail }),
    recipients: (organisation, event) => recipientsOf(store, organisation, event),
  });
  const approvalUrl = (id: string): string => `${origin()}/app/approvals/${id}`;
  const approvals = createApprovals({
    store: control.approvals,
    keys,
    clock,
    log,
    notify: (event) => notifier.notify(event),
    approvalUrl,
  });
  const webhookGuard = createAddressGuard(configuration.upstreamAddresses ?? 'any');
  const post = createWebhookPost(webhookGuard);
  const deliveries = createDeliveries({ store: control.webhooks, keys, clock, log, post: post.post });
  const rounds = new Rounds(log);
  rounds.every(DELIVER_MS, 'webhooks could not be delivered', () => deliveries.run());
  rounds.every(EXPIRE_MS, 'approvals could not be looked through', () => approvals.expire());
  const forwarding = new AbortController();
  const forwarded = forwardRecords(options, forwarding.signal);
  keepShort(options, rounds);
  return {
    keys,
    approvals,
    approvalUrl,
    approvalSettings: approvalSettingsOf(configuration),
    capture: createCapture({ store: control.captures, keys, clock, log }),
    notifier,
    mail,
    audit: createAudit({ store: control.audit, clock }),
    driftWatch: createDriftWatch({ control, clock, notify: (event) => notifier.notify(event) }),
    webhookGuard,
    async close() {
      forwarding.abort();
      await Promise.all([rounds.stop(), deliveries.stop(), notifier.stop(), forwarded]);
      await post.close();
      mail?.close();
    },
  };
}

function approvalSettingsOf({ approvals = {} }: Configuration): ApprovalSettings {
  const { lifeSeconds, holdOpenSeconds, elicitation } = approvals;
  return {
    lifeMs: lifeSeconds === undefined ? DEFAULT_APPROVALS.lifeMs : lifeSeconds * 1_000,
    holdOpenMs: holdOpenSeconds === undefined ? DEFAULT_APPROVALS.holdOpenMs : holdOpenSeconds * 1_000,
    elicitation: elicitation ?? DEFAULT_APPROVALS.elicitation,
  };
}

/** Who is told by mail: those who can do something about it. */
async function recipientsOf(
  { control }: Store,
  organisation: string,
  event: EventName,
): Promise<readonly string[]> {
  const members = await control.organisations.members(organisation);
  const isForApprovers = event.startsWith('approval.');
  return members
    .filter(({ isApprover, role }) => (isForApprovers ? isApprover : role === 'admin'))
    .map(({ email }) => email)
    .filter((email) => email !== '');
}

async function forwardRecords(
  { store, dataDir, configuration, clock, log }: ControlRoomsOptions,
  signal: AbortSignal,
): Promise<void> {
  const { forward } = configuration;
  if (forward === undefined) return;
  const { url, format = 'ndjson', headers, secret } = forward;
  const target = { url, format, ...(headers && { headers }), ...(secret !== undefined && { secret }) };
  const parts = { records: store.records, target, state: forwardStateIn(dataDir), clock, log };
  await createForwarder({ ...parts, post: postForward }).run(signal);
}

/** What is kept for a while only. */
function keepShort({ store, configuration, clock, log }: ControlRoomsOptions, rounds: Rounds): void {
  const { control } = store;
  const { retentionDays } = configuration;
  const retention = createRetention({ store: store.records, clock, log });
  if (retentionDays !== undefined)
    rounds.every(HOUR_MS, 'old records could not be removed', () => retention.run(retentionDays));
  rounds.every(HOUR_MS, 'old answers could not be forgotten', () =>
    control.idempotency.prune(clock.now() - 24 * HOUR_MS),
  );
  rounds.every(HOUR_MS, 'captured arguments could not be forgotten', async () => {
    for (const { id, settings } of await control.servers.all()) {
      const days = captureDaysOf(settings, log);
      await control.captures.prune(id, clock.now() - days * 24 * HOUR_MS);
    }
  });
}

/** Zero where nothing is captured: what is left of earlier times goes. */
function captureDaysOf(settings: string, log: Log): number {
  try {
    const { capture } = JSON.parse(settings) as { readonly capture?: { readonly days?: unknown } };
    return typeof capture?.days === 'number' ? capture.days : 0;
  } catch (error) {
    log.warn({ err: messageOf(error) }, 'the settings of a server cannot be read');
    return 0;
  }
}
