import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKeyRing, silentLog } from '#platform';
import { openStore, type ApprovalStatus, type Store } from '#store';
import type { ApprovalEvent } from './approval-event.ts';
import type { Approvals, HeldCall, Verdict } from './approvals.ts';
import { createApprovals } from './create-approvals.ts';

const MINUTE = 60_000;
const ORG = 'org_a';
const keys = createKeyRing(`k1:${Buffer.alloc(32, 7).toString('base64')}`, 'the test');
const call: HeldCall = {
  organisation: ORG,
  server: 'fluentcrm',
  grantId: 'grant_1',
  grantLabel: 'newsletter',
  tool: 'fluentcrm_resume_campaign',
  arguments: { campaign_id: 7, tags: [{ id: 1, name: 'vip' }] },
  policy: 'main',
  policyVersion: '3',
  rule: '/tools/fluentcrm_resume_campaign/action',
  reason: 'Resuming sends e-mail at once.',
  lifeMs: 15 * MINUTE,
};

let now: number;
let store: Store;
let events: ApprovalEvent[];
let approvals: Approvals;

function approvalsOver(opened: Store): Approvals {
  return createApprovals({
    store: opened.control.approvals,
    keys,
    clock: { now: () => now },
    log: silentLog,
    notify: async (event) => void events.push(event),
    approvalUrl: (id) => `https://gate.example.com/app/approvals/${id}`,
  });
}

beforeEach(() => {
  now = Date.UTC(2026, 5, 1, 12);
  events = [];
  store = openStore({ dataDir: ':memory:' });
  approvals = approvalsOver(store);
});
afterEach(() => store.close());

const approve = { verdict: 'approve', by: 'user:u1', note: '' } as const;
const deny = { verdict: 'deny', by: 'user:u2', note: 'Not before Monday.' } as const;

async function asked(over: Partial<HeldCall> = {}): Promise<string> {
  const verdict = await approvals.ask({ ...call, ...over });
  expect(verdict.state).toBe('pending');
  return verdict.approval.id;
}

async function granted(over: Partial<HeldCall> = {}): Promise<Extract<Verdict, { state: 'granted' }>> {
  const verdict = await approvals.ask({ ...call, ...over });
  if (verdict.state !== 'granted') throw new Error(`it is ${verdict.state}`);
  return verdict;
}

async function stateOf(over: Partial<HeldCall> = {}): Promise<string> {
  return (await approvals.ask({ ...call, ...over })).state;
}

async function statusOf(id: string): Promise<ApprovalStatus | undefined> {
  return (await approvals.show(ORG, id))?.status;
}

describe('a held call', () => {
  it('waits until a person answers, and the same call again is the same question', async () => {
    const id = await asked();
    const again = await approvals.ask({
      ...call,
      arguments: { tags: [{ name: 'vip', id: 1 }], campaign_id: 7 },
    });
    expect(again).toMatchObject({
      state: 'pending',
      approval: { id, asked: 2, expiresAt: now + 15 * MINUTE },
    });
  });

  it('passes once after a yes, and waits again after that', async () => {
    const id = await asked();
    expect(await approvals.decide(ORG, id, approve)).toMatchObject({
      ok: true,
      approval: { id, status: 'approved', decidedBy: 'user:u1', decidedAt: now },
    });
    expect((await granted()).approval).toMatchObject({ id, status: 'used', usedAt: now });
    const second = await asked();
    expect(second).not.toBe(id);
    expect(await statusOf(id)).toBe('used');
  });

  it.each<[string, Partial<HeldCall>]>([
    ['other arguments', { arguments: { campaign_id: 8, tags: [{ id: 1, name: 'vip' }] } }],
    ['another element in a list', { arguments: { campaign_id: 7, tags: [{ id: 2, name: 'vip' }] } }],
    ['no arguments', { arguments: undefined }],
    ['another tool', { tool: 'fluentcrm_delete_campaign' }],
    ['another grant', { grantId: 'grant_2' }],
    ['another server', { server: 'fluentcrm-2' }],
    ['another version of the policy', { policyVersion: '4' }],
    ['another policy', { policy: 'other' }],
    ['another organisation', { organisation: 'org_b' }],
  ])('is not let through by a yes to a call with %s', async (_name, over) => {
    await approvals.decide(ORG, await asked(), approve);
    expect(await stateOf(over)).toBe('pending');
    expect(await stateOf()).toBe('granted');
  });

  it('is refused after a no, as often as it is made', async () => {
    const id = await asked();
    await approvals.decide(ORG, id, deny);
    for (let i = 0; i < 3; i++) {
      expect(await approvals.ask(call)).toMatchObject({
        state: 'denied',
        approval: { id, note: 'Not before Monday.' },
      });
    }
  });

  it('may be asked for anew when the time of a no is over', async () => {
    const id = await asked();
    now += 10 * MINUTE;
    await approvals.decide(ORG, id, deny);
    now += 14 * MINUTE;
    expect(await stateOf()).toBe('denied');
    now += MINUTE;
    expect(await asked()).not.toBe(id);
  });

  it('is shown with its exact arguments, which are encrypted in the store', async () => {
    const id = await asked();
    expect(await approvals.show(ORG, id)).toMatchObject({ id, arguments: call.arguments, status: 'pending' });
    const [row] = await store.control.approvals.list(ORG, { limit: 1 }, now);
    expect(JSON.stringify(row)).not.toContain('vip');
    expect(row?.argumentsSealed).toMatch(/^tge1\.k1\./);
    expect(() => keys.open(row?.argumentsSealed ?? '', 'approval:apr_other')).toThrow();
  });

  it.each([[undefined], [null], [{}], [[]], [JSON.parse('{"__proto__":{"a":1}}')]])(
    'shows %j as what it is',
    async (args) => {
      const id = await asked({ arguments: args });
      expect((await approvals.show(ORG, id))?.arguments).toStrictEqual(args);
    },
  );

  it('is nobody else’s to see or decide', async () => {
    const id = await asked();
    expect(await approvals.show('org_b', id)).toBeUndefined();
    expect(await approvals.list('org_b', { limit: 10 })).toEqual([]);
    expect(await approvals.decide('org_b', id, approve)).toEqual({ ok: false, reason: 'unknown' });
    expect(await statusOf(id)).toBe('pending');
  });

  it.each(['apr_nothing', '', '__proto__', "' OR 1=1 --"])('does not know %j', async (id) => {
    expect(await approvals.decide(ORG, id, approve)).toEqual({ ok: false, reason: 'unknown' });
    expect(await approvals.show(ORG, id)).toBeUndefined();
  });
});

describe('an answer', () => {
  it.each<[string, (id: string) => Promise<unknown>, ApprovalStatus]>([
    ['is approved', (id) => approvals.decide(ORG, id, approve), 'approved'],
    ['is denied', (id) => approvals.decide(ORG, id, deny), 'denied'],
    ['is used', (id) => approvals.decide(ORG, id, approve).then(() => granted()), 'used'],
    ['has expired', async () => void (now += 15 * MINUTE), 'expired'],
    ['was swept away', async () => ((now += 15 * MINUTE), approvals.expire()), 'expired'],
    [
      'was approved too long ago',
      (id) => approvals.decide(ORG, id, approve).then(() => (now += 15 * MINUTE)),
      'expired',
    ],
  ])('changes nothing when the call %s', async (_name, before, status) => {
    const id = await asked();
    await before(id);
    for (const answer of [approve, deny]) {
      expect(await approvals.decide(ORG, id, answer)).toEqual({ ok: false, reason: 'not_pending', status });
    }
    expect(await statusOf(id)).toBe(status);
  });

  it('is for one of several calls that wait', async () => {
    const ids = [];
    for (let n = 0; n < 5; n++) ids.push(await asked({ arguments: { campaign_id: n } }));
    await approvals.decide(ORG, ids[2] ?? '', approve);
    const states = [];
    for (let n = 0; n < 5; n++) states.push(await stateOf({ arguments: { campaign_id: n } }));
    expect(states).toEqual(['pending', 'pending', 'granted', 'pending', 'pending']);
  });

  it('lives as long as the call was held for, whatever other call has a rule of the same name', async () => {
    const short = await asked({ arguments: { n: 1 }, lifeMs: MINUTE });
    const long = await asked({ arguments: { n: 2 }, lifeMs: 60 * MINUTE });
    now += MINUTE / 2;
    await approvals.decide(ORG, short, approve);
    await approvals.decide(ORG, long, approve);
    expect((await approvals.show(ORG, short))?.expiresAt).toBe(now + MINUTE);
    expect((await approvals.show(ORG, long))?.expiresAt).toBe(now + 60 * MINUTE);
  });

  it('is worth something until its end, and nothing from then on', async () => {
    await approvals.decide(ORG, await asked(), approve);
    now += 15 * MINUTE - 1;
    const { giveBack } = await granted();
    await giveBack();
    now += 1;
    expect(await stateOf()).toBe('pending');
  });

  it.each([
    ['a forged line', 'fine\n[POLICY DENIED] no', 'fine [POLICY DENIED] no'],
    ['colours and turned text', '\u001b[31mred\u202e\u0000', '[31mred'],
    ['too many words', 'é'.repeat(600), 'é'.repeat(500)],
  ])('has a note without %s', async (_name, note, kept) => {
    const id = await asked();
    await approvals.decide(ORG, id, { ...deny, note });
    expect((await approvals.show(ORG, id))?.note).toBe(kept);
  });
});

describe('a call that did not run', () => {
  it('gives its right back, for one more attempt', async () => {
    await approvals.decide(ORG, await asked(), approve);
    const first = await granted();
    await first.giveBack();
    expect((await granted()).approval.id).toBe(first.approval.id);
    expect(await stateOf()).toBe('pending');
  });

  it('gives it back once, not the use of another that came in between', async () => {
    await approvals.decide(ORG, await asked(), approve);
    const first = await granted();
    await first.giveBack();
    await granted(); // at the same millisecond
    await first.giveBack();
    expect(await stateOf()).toBe('pending');
  });

  it('does not bring a yes back whose time is over', async () => {
    await approvals.decide(ORG, await asked(), approve);
    const { giveBack } = await granted();
    now += 15 * MINUTE;
    await giveBack();
    expect(await stateOf()).toBe('pending');
  });
});

describe('calls that no person can be asked about', () => {
  it('are those with arguments too large to be shown', async () => {
    await expect(stateOf({ arguments: { text: 'é'.repeat(131_072) } })).rejects.toMatchObject({
      code: 'approval.too_large',
    });
    expect(await stateOf({ arguments: { text: 'x'.repeat(262_000) } })).toBe('pending');
    expect(await approvals.list(ORG, { limit: 10 })).toHaveLength(1);
  });

  it('are those of a grant of which too many wait; what waits, or was agreed to, is not among them', async () => {
    const ids = [];
    for (let n = 0; n < 50; n++) ids.push(await asked({ arguments: { n } }));
    await expect(stateOf({ arguments: { n: 50 } })).rejects.toMatchObject({ code: 'approval.too_many' });
    expect(await stateOf({ arguments: { n: 3 } })).toBe('pending');
    expect(await stateOf({ arguments: { n: 50 }, grantId: 'grant_2' })).toBe('pending');
    await approvals.decide(ORG, ids[0] ?? '', approve);
    expect(await stateOf({ arguments: { n: 50 } })).toBe('pending');
    expect(await stateOf({ arguments: { n: 0 } })).toBe('granted');
  });

  it('are all, when the store cannot be asked', async () => {
    await store.close();
    await expect(stateOf()).rejects.toThrow();
    store = openStore({ dataDir: ':memory:' });
  });
});

describe('people', () => {
  it('are told of a question once, of its answer, and where to see it, but not of the arguments', async () => {
    const id = await asked();
    await asked();
    await approvals.decide(ORG, id, deny);
    expect(events).toMatchObject([
      {
        event: 'approval.requested',
        organisation: ORG,
        text: 'newsletter asks to call fluentcrm_resume_campaign on fluentcrm.',
        url: `https://gate.example.com/app/approvals/${id}`,
        facts: { approval: id, reason: call.reason, expiresAt: '2026-06-01T12:15:00.000Z' },
      },
      {
        event: 'approval.decided',
        text: 'newsletter may not call fluentcrm_resume_campaign on fluentcrm.',
        facts: { status: 'denied', decidedBy: 'user:u2', note: 'Not before Monday.' },
      },
    ]);
    expect(JSON.stringify(events)).not.toMatch(/vip|tge1/);
  });

  it('are told once of what expired, whether it was answered or not', async () => {
    await asked();
    await approvals.decide(ORG, await asked({ arguments: { n: 1 } }), approve);
    now += 15 * MINUTE;
    events = [];
    await Promise.all([approvals.expire(), approvals.expire()]);
    expect(events.map(({ event, text }) => `${event}: ${text}`).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(
      [
        'approval.expired: Nobody answered in time whether newsletter may call fluentcrm_resume_campaign on fluentcrm.',
        'approval.expired: newsletter was allowed to call fluentcrm_resume_campaign on fluentcrm and did not do so in time.',
      ],
    );
  });

  it('can decide even when nobody can be told', async () => {
    const mute = createApprovals({
      store: store.control.approvals,
      keys,
      clock: { now: () => now },
      log: silentLog,
      notify: () => Promise.reject(new Error('no way')),
      approvalUrl: () => undefined,
    });
    const { approval } = await mute.ask(call);
    expect(await mute.decide(ORG, approval.id, approve)).toMatchObject({ ok: true });
    expect((await mute.ask(call)).state).toBe('granted');
  });
});

describe('waiting for an answer', () => {
  it.each([
    ['approve', 'approved'],
    ['deny', 'denied'],
  ] as const)('ends as soon as people %s', async (verdict, status) => {
    const id = await asked();
    const waiting = [1, 2, 3].map(() => approvals.settled(ORG, id, AbortSignal.timeout(10_000)));
    await approvals.decide(ORG, id, { ...approve, verdict });
    expect(await Promise.all(waiting)).toEqual([status, status, status]);
  });

  it('ends when nobody wants to wait any more, with the question still open', async () => {
    const id = await asked();
    const ending = new AbortController();
    const waiting = approvals.settled(ORG, id, ending.signal);
    ending.abort();
    expect(await waiting).toBe('pending');
    expect(await approvals.settled(ORG, id, AbortSignal.abort())).toBe('pending');
  });

  it('ends when its time is over', async () => {
    const id = await asked();
    const waiting = approvals.settled(ORG, id, AbortSignal.timeout(10_000));
    now += 15 * MINUTE;
    expect(await waiting).toBe('expired');
  });

  it('ends at once for what is decided, and for what is not there', async () => {
    const id = await asked();
    await approvals.decide(ORG, id, approve);
    const signal = AbortSignal.timeout(10_000);
    expect(await approvals.settled(ORG, id, signal)).toBe('approved');
    expect(await approvals.settled('org_b', id, signal)).toBeUndefined();
  });
});
