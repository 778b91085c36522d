import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startPostgres } from '../../test/support/postgres.ts';
import { createKeyRing, silentLog } from '#platform';
import { openStore, type Store } from '#store';
import type { Approvals, HeldCall } from './approvals.ts';
import { createApprovals } from './create-approvals.ts';

const ORG = 'org_a';
const LIFE_MS = 900_000;
const RETRIES = 20;
const keys = createKeyRing(`k1:${Buffer.alloc(32, 7).toString('base64')}`, 'the test');
const call: HeldCall = {
  organisation: ORG,
  server: 'fluentcrm',
  grantId: 'grant_1',
  grantLabel: 'newsletter',
  tool: 'fluentcrm_resume_campaign',
  arguments: { campaign_id: 7 },
  policy: 'main',
  policyVersion: '3',
  rule: '/tools/fluentcrm_resume_campaign/action',
  reason: 'Resuming sends e-mail at once.',
  lifeMs: LIFE_MS,
};
const approve = { verdict: 'approve', by: 'user:u1', note: '' } as const;
const deny = { verdict: 'deny', by: 'user:u2', note: '' } as const;

const postgres = await startPostgres();
afterAll(() => postgres?.stop());

/** What must hold between two processes that have nothing in common but the store. */
function suite(databaseOf: () => Promise<string | undefined>): void {
  let dataDir: string;
  let stores: Store[];
  let sides: Approvals[];
  let now: number;
  let told: string[];
  beforeEach(async () => {
    now = Date.UTC(2026, 5, 1, 12);
    told = [];
    dataDir = mkdtempSync(join(tmpdir(), 'toolgate-approvals-'));
    const databaseUrl = await databaseOf();
    stores = [0, 1].map(() => openStore({ dataDir, ...(databaseUrl !== undefined && { databaseUrl }) }));
    await Promise.all(stores.map((store) => store.ready()));
    sides = stores.map((store) =>
      createApprovals({
        store: store.control.approvals,
        keys,
        clock: { now: () => now },
        log: silentLog,
        notify: async ({ event }) => void told.push(event),
        approvalUrl: () => undefined,
      }),
    );
  });
  afterEach(async () => {
    await Promise.all(stores.map((store) => store.close()));
    rmSync(dataDir, { recursive: true, force: true });
  });

  function side(n: number): Approvals {
    const found = sides[n % 2];
    if (found === undefined) throw new Error('there is no such side');
    return found;
  }

  it('20 calls at once are one question', async () => {
    const verdicts = await Promise.all(Array.from({ length: RETRIES }, (_, n) => side(n).ask(call)));
    expect(new Set(verdicts.map(({ state, approval }) => `${state} ${approval.id}`)).size).toBe(1);
    expect(told).toEqual(['approval.requested']);
    expect((await side(1).list(ORG, { limit: 10 })).map(({ asked }) => asked)).toEqual([RETRIES]);
  });

  it('of a yes and a no at once exactly one counts', async () => {
    for (let round = 0; round < 10; round++) {
      const held = { ...call, arguments: { round } };
      const { approval } = await side(round).ask(held);
      const [yes, no] = await Promise.all([
        side(0).decide(ORG, approval.id, approve),
        side(1).decide(ORG, approval.id, deny),
      ]);
      expect(yes.ok).not.toBe(no.ok);
      expect(yes.ok ? no : yes).toEqual({
        ok: false,
        reason: 'not_pending',
        status: yes.ok ? 'approved' : 'denied',
      });
      expect((await side(round + 1).ask(held)).state).toBe(yes.ok ? 'granted' : 'denied');
    }
  });

  it('of 20 retries after one yes exactly one passes; the others wait for one new answer', async () => {
    const { approval } = await side(0).ask(call);
    await side(1).decide(ORG, approval.id, approve);
    const verdicts = await Promise.all(Array.from({ length: RETRIES }, (_, n) => side(n).ask(call)));
    const waiting = verdicts.filter(({ state }) => state === 'pending');
    expect(verdicts.filter(({ state }) => state === 'granted')).toHaveLength(1);
    expect(waiting).toHaveLength(RETRIES - 1);
    expect(new Set(waiting.map(({ approval: { id } }) => id)).size).toBe(1);
    expect(waiting[0]?.approval.id).not.toBe(approval.id);
  });

  it('a right that was given back passes one call, whichever process makes it', async () => {
    const { approval } = await side(0).ask(call);
    await side(0).decide(ORG, approval.id, approve);
    const first = await side(0).ask(call);
    if (first.state !== 'granted') throw new Error(`it is ${first.state}`);
    await first.giveBack();
    const verdicts = await Promise.all(Array.from({ length: RETRIES }, (_, n) => side(n).ask(call)));
    expect(verdicts.filter(({ state }) => state === 'granted').map(({ approval: { id } }) => id)).toEqual([
      approval.id,
    ]);
  });

  it('what expired is told of once', async () => {
    await side(0).ask(call);
    now += LIFE_MS;
    told = [];
    await Promise.all([side(0).expire(), side(1).expire()]);
    expect(told).toEqual(['approval.expired']);
  });

  it('a decision made in one is seen in the other', async () => {
    const { approval } = await side(0).ask(call);
    const waiting = side(0).settled(ORG, approval.id, AbortSignal.timeout(10_000));
    await side(1).decide(ORG, approval.id, approve);
    expect(await waiting).toBe('approved');
  });
}

describe('held calls, with two processes over one data folder', () => suite(async () => undefined));

describe.skipIf(postgres === undefined)('held calls, with two processes over one PostgreSQL', () =>
  suite(async () => postgres?.createDatabase()),
);
