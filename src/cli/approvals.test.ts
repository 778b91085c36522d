import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApprovals, type Approvals, type HeldCall } from '#approvals';
import { openKeyRing, silentLog } from '#platform';
import { createAudit } from '#records';
import { openStore, type Store } from '#store';
import { approvalsCommand } from './approvals.ts';

const ME = `cli:${userInfo().username}`;
const call: HeldCall = {
  organisation: 'default',
  server: 'fluentcrm',
  grantId: 'grant_1',
  grantLabel: 'newsletter',
  tool: 'fluentcrm_resume_campaign',
  arguments: { campaign_id: 7, note: 'argument-canary' },
  policy: 'main',
  policyVersion: '3',
  rule: '/tools/fluentcrm_resume_campaign/action',
  reason: 'Resuming sends e-mail at once.',
  lifeMs: 900_000,
};

describe('toolgate approvals', () => {
  let dataDir: string;
  let store: Store;
  let approvals: Approvals;
  let out: string;
  beforeEach(() => {
    dataDir = join(mkdtempSync(join(tmpdir(), 'toolgate-approvals-')), 'data');
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
    store = openStore({ dataDir });
    // as a running gateway holds calls
    approvals = createApprovals({
      store: store.control.approvals,
      keys: openKeyRing(dataDir, {}),
      clock: { now: Date.now },
      log: silentLog,
      notify: () => Promise.resolve(),
      approvalUrl: () => undefined,
    });
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await store.close();
    rmSync(join(dataDir, '..'), { recursive: true, force: true });
  });

  async function run(...words: string[]): Promise<string> {
    out = '';
    await approvalsCommand()
      .exitOverride()
      .parseAsync([...words, '--data', dataDir], { from: 'user' });
    return out;
  }

  const held = async (over: Partial<HeldCall> = {}): Promise<string> =>
    (await approvals.ask({ ...call, ...over })).approval.id;

  it('lists what waits, and other calls when asked', async () => {
    const id = await held();
    const lines = (await run('list')).split('\n');
    expect(lines[0]).toMatch(/^ID +STATUS +SERVER +TOOL +GRANT +ASKED \(UTC\) +ENDS \(UTC\)$/);
    expect(lines[1]).toMatch(
      new RegExp(`^${id} +pending +fluentcrm +fluentcrm_resume_campaign +newsletter +20`),
    );
    expect(await run('list', '--server', 'other')).toBe('No such calls.\n');
    await run('deny', id);
    expect(await run('list')).toBe('No such calls.\n');
    expect(await run('list', '--status', 'all')).toContain(id);
  });

  it('lists and shows as JSON, the list without arguments', async () => {
    const id = await held();
    const listed = await run('list', '--json');
    expect(JSON.parse(listed)).toMatchObject([{ id, status: 'pending', tool: call.tool }]);
    expect(listed).not.toMatch(/argument-canary|tge1|argumentsSealed/);
    expect(JSON.parse(await run('show', id, '--json'))).toMatchObject({ id, arguments: call.arguments });
  });

  it('shows the exact call', async () => {
    const text = await run('show', await held());
    expect(text).toContain('call:       fluentcrm_resume_campaign on fluentcrm\n');
    expect(text).toContain('reason:     Resuming sends e-mail at once.\n');
    expect(text).toContain('arguments:\n  {\n    "campaign_id": 7,\n    "note": "argument-canary"\n  }\n');
    expect(await run('show', await held({ arguments: undefined }))).toContain('arguments:\n  (none)\n');
  });

  it('lets nothing that an agent sent forge a line, colour the terminal or turn the text', async () => {
    const nasty = '\u001b[31mred\nstatus:     approved\u202e';
    const id = await held({ tool: nasty, grantLabel: nasty, arguments: { [nasty]: nasty } });
    for (const text of [await run('show', id), await run('list'), await run('approve', id)]) {
      expect(text).not.toMatch(/[\u001b\u202e]|^status: +approved/m);
    }
  });

  it.each([
    ['approve', 'Approved', 'granted'],
    ['deny', 'Denied', 'denied'],
  ] as const)('%ss a call, for the gateway that runs and for the audit log', async (verdict, word, state) => {
    const id = await held();
    expect(await run(verdict, id, '--note', 'Agreed with sales.')).toMatch(
      new RegExp(`^${word} ${id}: newsletter may .*call fluentcrm_resume_campaign on fluentcrm.* UTC\\.\\n$`),
    );
    expect(await approvals.ask(call)).toMatchObject({
      state,
      approval: { decidedBy: ME, note: 'Agreed with sales.' },
    });
    const [line] = await store.control.audit.list('default', { limit: 10 });
    expect(line).toMatchObject({ actor: ME, action: `approval.${verdict}`, target: `approval:${id}` });
    expect(
      await createAudit({ store: store.control.audit, clock: { now: Date.now } }).verify('default'),
    ).toHaveProperty('head');
  });

  it('tells webhooks of the decision', async () => {
    await store.control.webhooks.insert('default', {
      id: 'hook_1',
      label: 'ops',
      url: 'https://a.example/',
      secretSealed: 'sealed',
      events: ['approval.decided'],
      format: 'toolgate',
      isActive: true,
      createdAt: 1,
      createdBy: 'user:u1',
    });
    await run('approve', await held());
    const told = await store.control.webhooks.deliveries('default', 'hook_1', { limit: 10 });
    expect(told).toMatchObject([{ event: 'approval.decided', status: 'pending' }]);
  });

  it('decides a call once', async () => {
    const id = await held();
    await run('approve', id);
    await expect(run('deny', id)).rejects.toMatchObject({
      code: 'approval.not_pending',
      message: `${id} waits for nobody any more: it is approved.`,
    });
    expect((await approvals.ask(call)).state).toBe('granted');
    expect(await store.control.audit.list('default', { limit: 10 })).toHaveLength(1);
  });

  it('knows only the calls of the organisation', async () => {
    const id = await held({ organisation: 'org_b' });
    for (const word of ['show', 'approve', 'deny']) {
      await expect(run(word, id)).rejects.toMatchObject({ code: 'approval.unknown' });
    }
    expect(await run('list', '--organisation', 'org_b')).toContain(id);
    expect(await run('approve', id, '--organisation', 'org_b')).toContain('Approved');
  });

  it.each(['0', '1001', 'many', '-1'])('refuses to list %s rows', async (limit) => {
    await expect(run('list', `--limit=${limit}`)).rejects.toMatchObject({ code: 'usage.limit' });
  });

  it.each([['list'], ['show', 'apr_1'], ['approve', 'apr_1']])(
    'makes no data folder to %s',
    async (...words) => {
      const empty = join(dataDir, '..', 'elsewhere');
      await expect(
        approvalsCommand()
          .exitOverride()
          .parseAsync([...words, '--data', empty], { from: 'user' }),
      ).rejects.toMatchObject({ code: 'store.missing' });
      expect(readdirSync(join(dataDir, '..'))).toEqual(['data']);
    },
  );
});
