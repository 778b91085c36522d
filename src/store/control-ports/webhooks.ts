export interface Webhook {
  readonly id: string;
  readonly label: string;
  readonly url: string;
  /** The signing secret, encrypted (purpose `webhook:<id>`). */
  readonly secretSealed: string;
  /** Names of events, or `*`. */
  readonly events: readonly string[];
  readonly format: 'toolgate' | 'slack';
  readonly isActive: boolean;
  readonly createdAt: number;
  readonly createdBy: string;
}

export interface Delivery {
  readonly id: string;
  readonly webhook: string;
  readonly event: string;
  /** The body that is sent, JSON. */
  readonly payload: string;
  readonly status: 'pending' | 'delivered' | 'failed';
  readonly attempts: number;
  readonly nextAttemptAt: number;
  readonly lastStatus: number | undefined;
  readonly lastError: string | undefined;
  readonly createdAt: number;
  readonly deliveredAt: number | undefined;
}

export interface WebhookStore {
  insert(organisation: string, webhook: Webhook): Promise<void>;
  list(organisation: string): Promise<readonly Webhook[]>;
  find(organisation: string, id: string): Promise<Webhook | undefined>;
  update(
    organisation: string,
    id: string,
    edit: Partial<Pick<Webhook, 'label' | 'url' | 'secretSealed' | 'events' | 'format' | 'isActive'>>,
  ): Promise<Webhook | undefined>;
  /** Its deliveries go with it. */
  remove(organisation: string, id: string): Promise<boolean>;
  enqueue(organisation: string, deliveries: readonly Delivery[]): Promise<void>;
  deliveries(
    organisation: string,
    webhook: string,
    query: { before?: string; limit: number },
  ): Promise<readonly Delivery[]>;
  /**
   * Puts a delivery that failed, or waits for another attempt, on its way at `at`, with all its attempts before it. False for one that is
   * delivered, on its way by then, or taken by a process.
   */
  redeliver(organisation: string, id: string, at: number): Promise<boolean>;
  /** Takes due deliveries for `leaseMs`; no two processes take the same. With the webhook each goes to. */
  claimDue(
    now: number,
    leaseMs: number,
    limit: number,
  ): Promise<
    readonly { readonly organisation: string; readonly webhook: Webhook; readonly delivery: Delivery }[]
  >;
  settle(
    id: string,
    outcome: Pick<
      Delivery,
      'status' | 'attempts' | 'nextAttemptAt' | 'lastStatus' | 'lastError' | 'deliveredAt'
    >,
  ): Promise<void>;
  reseal(id: string, from: string, to: string): Promise<boolean>;
  /** Forgets delivered and failed ones older than `before`. */
  prune(before: number): Promise<number>;
}
