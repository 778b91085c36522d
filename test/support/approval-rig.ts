import { createApprovals, type Approvals } from '#approvals';
import { createKeyRing, silentLog, systemClock, type Clock } from '#platform';
import type { ApprovalSettings } from '#gateway';
import type { Approval, ApprovalStore } from '#store';
import { GatewayRig, type RigOptions } from './gateway-rig.ts';

export interface ApprovalRigOptions extends Omit<RigOptions, 'people' | 'server'> {
  readonly settings?: Partial<ApprovalSettings>;
  readonly captures?: boolean;
  readonly capture?: (record: { readonly id: string }, args: unknown) => void;
  /** Stands before the store of approvals. */
  readonly store?: (inner: ApprovalStore) => ApprovalStore;
}

/** Pauses are held for a person, and so are payments above a hundred; everything else passes. */
export const HOLDING = {
  version: '1',
  default: 'allow',
  tools: {
    ask: { action: 'require_approval', reason: 'Somebody must know.' },
    echo: { action: 'require_approval', reason: 'Echoes carry far.' },
    slow: { action: 'require_approval' },
    status: { action: 'require_approval' },
    rpc_error: { action: 'require_approval' },
    hang_up: { action: 'require_approval' },
    pay: {
      approve_if: [
        { conditions: [{ path: 'args.amount', op: 'gt', value: 100 }], on_deny: 'That is a lot of money.' },
      ],
    },
  },
};

export const pageOf = (id: string): string => `https://gate.example/app/approvals/${id}`;

/** A gateway whose held calls a test can decide. */
export class ApprovalRig {
  readonly rig: GatewayRig;
  readonly #approvals: Approvals;

  private constructor(rig: GatewayRig, approvals: Approvals) {
    this.rig = rig;
    this.#approvals = approvals;
  }

  static async start(options: ApprovalRigOptions = {}): Promise<ApprovalRig> {
    const { settings, captures, capture, store: wrap, ...rest } = options;
    const clock: Clock = options.clock ?? systemClock;
    const keys = createKeyRing(`test:${Buffer.alloc(32, 3).toString('base64')}`, 'the test');
    let made: Approvals | undefined;
    const rig = await GatewayRig.start({
      policy: HOLDING,
      ...rest,
      server: { approvals: { lifeMs: 900_000, holdOpenMs: 0, elicitation: true, ...settings }, captures },
      people: ({ control }) => {
        const store = wrap?.(control.approvals) ?? control.approvals;
        const parts = { store, keys, clock, log: silentLog };
        made = createApprovals({ ...parts, notify: async () => {}, approvalUrl: pageOf });
        return { approvals: made, approvalUrl: pageOf, capture };
      },
    });
    if (!made) throw new Error('the rig did not start');
    return new ApprovalRig(rig, made);
  }

  /** Every approval so far, newest first. */
  approvals(): Promise<readonly Approval[]> {
    return this.#approvals.list('default', { limit: 100 });
  }

  async approve(id: string): Promise<void> {
    const decided = await this.#approvals.decide('default', id, {
      verdict: 'approve',
      by: 'user:1',
      note: '',
    });
    if (!decided.ok) throw new Error(decided.reason);
  }

  async deny(id: string, note = ''): Promise<void> {
    const decided = await this.#approvals.decide('default', id, { verdict: 'deny', by: 'user:1', note });
    if (!decided.ok) throw new Error(decided.reason);
  }

  /** The one approval that waits; throws when there are more or none. */
  async waiting(): Promise<Approval> {
    const waiting = await this.#approvals.list('default', { limit: 100, status: 'pending' });
    const [only, ...others] = waiting;
    if (!only || others.length > 0) throw new Error(`${waiting.length} approvals wait`);
    return only;
  }

  close(): Promise<void> {
    return this.rig.close();
  }
}
