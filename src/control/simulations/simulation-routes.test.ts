import { beforeEach, describe, expect, it } from 'vitest';
import { createKeyRing, newId, silentLog } from '#platform';
import { createCapture, createRecords, type Capture } from '#records';
import { keyWith, openTestApi, SERVERS, START, type TestApi } from '../api.suite.ts';
import type { LiveTools } from '../policies/policy-parts.ts';
import { simulationRoutes } from './simulation-routes.ts';

const PATH = '/servers/crm/policies/main/simulate';
const DAY = 86_400_000;
const document = {
  version: '1',
  default: 'deny',
  tools: {
    pause_campaign: { deny_if: [{ conditions: [{ path: 'args.campaign', op: 'gt', value: 5 }] }] },
  },
};

describe('simulation in the API', () => {
  let test: TestApi;
  let capture: Capture;
  let captures: boolean;
  let liveTools: () => Promise<LiveTools>;
  beforeEach(() => {
    captures = true;
    ({ liveTools } = SERVERS);
    test = openTestApi(({ store }) => {
      const clock = { now: () => START };
      capture = createCapture({
        store: store.control.captures,
        keys: createKeyRing(`k1:${'ab'.repeat(32)}`, 'the test'),
        clock,
        log: silentLog,
      });
      return simulationRoutes({
        records: createRecords({ store: store.records, clock, log: silentLog }),
        serverOf: SERVERS.serverOf,
        liveTools: () => liveTools(),
        captureOf: async () => (captures ? capture : undefined),
      });
    });
  });

  async function insert(tool: string, campaign?: number, at = START - 1, policy = 'main'): Promise<string> {
    const id = newId('dec', at);
    await test.store.records.insert({
      id,
      at,
      requestId: 'req_1',
      server: 'crm',
      grantId: 'grant_1',
      grantLabel: 'newsletter',
      method: 'tools/call',
      tool,
      revision: '2025-11-25',
      transport: 'http',
      policy,
      policyVersion: '3',
      outcome: 'allow',
      enforced: true,
      rule: '(default allow)',
      message: '',
      argumentKeys: campaign === undefined ? [] : ['campaign'],
    });
    if (campaign !== undefined) capture.keep(id, 'crm', { campaign, reason: 'canary' });
    return id;
  }
  const simulate = async (body: object = {}): Promise<unknown> =>
    (await test.ask('POST', PATH, { as: 'policy_manager', body: { document, ...body } })).body;

  it('says what would change, with the captured values, and shows none of them', async () => {
    const refused = await insert('pause_campaign', 7);
    await insert('pause_campaign', 3);
    await insert('delete_campaign');
    await insert('unheard_of');
    await capture.settled();
    const result = await simulate();
    expect(result).toMatchObject({
      calls: 4,
      unchanged: 1,
      changed: 3,
      unknown: 0,
      captured: true,
      complete: true,
      since: new Date(START - 7 * DAY).toISOString(),
      changes: expect.arrayContaining([
        {
          subject: 'pause_campaign',
          before: { outcome: 'allow', rule: '(default allow)' },
          after: { outcome: 'deny', rule: '/tools/pause_campaign/deny_if/0' },
          count: 1,
          examples: [refused],
        },
        expect.objectContaining({
          subject: 'unheard_of',
          after: { outcome: 'deny', rule: '(unknown tool)' },
        }),
      ]),
    });
    expect(JSON.stringify(result)).not.toContain('canary');
  });

  it('says plainly what cannot be known without values', async () => {
    await insert('pause_campaign', 7);
    await capture.settled();
    captures = false;
    expect(await simulate()).toMatchObject({
      captured: false,
      unknown: 1,
      gaps: [{ subject: 'pause_campaign', rule: '/tools/pause_campaign/deny_if/0', count: 1 }],
      notes: [expect.stringMatching(/holds no values/)],
    });
  });

  it('looks at calls of the policy, or of the server, from a moment on', async () => {
    await insert('pause_campaign', 1, START - 9 * DAY);
    await insert('pause_campaign', 1);
    await insert('pause_campaign', 1, START - 1, 'other');
    await capture.settled();
    expect(await simulate()).toMatchObject({ calls: 1 });
    expect(await simulate({ calls: 'server' })).toMatchObject({ calls: 2 });
    expect(await simulate({ since: new Date(START - 10 * DAY).toISOString() })).toMatchObject({ calls: 2 });
  });

  it('goes on without the list of tools when the server is away, and says so', async () => {
    liveTools = async () => ({ unavailable: 'away' });
    await insert('unheard_of');
    expect(await simulate({ document: { version: '1', default: 'allow' } })).toMatchObject({
      unchanged: 1,
      notes: expect.arrayContaining([expect.stringMatching(/No list of tools/)]),
    });
  });

  it('takes the document as text too, and tells all faults of one that is none', async () => {
    expect(await simulate({ document: JSON.stringify(document) })).toMatchObject({ calls: 0 });
    expect(await simulate({ document: { version: '2', tolls: {} } })).toMatchObject({
      status: 422,
      code: 'policy.invalid',
      errors: expect.arrayContaining([expect.objectContaining({ pointer: '/tolls' })]),
    });
  });

  it("knows nothing of another organisation's server", async () => {
    const body = { document };
    const answer = await test.ask('POST', '/servers/theirs/policies/main/simulate', { body });
    expect(answer).toMatchObject({ status: 404, body: { code: 'not_found' } });
  });

  it('runs one at a time for an organisation', async () => {
    let answer = (): void => {};
    liveTools = () => new Promise((resolve) => (answer = () => resolve([])));
    const first = test.ask('POST', PATH, { body: { document } });
    const second = await test.ask('POST', PATH, { body: { document } });
    expect(second).toMatchObject({ status: 429, body: { code: 'simulation.running' } });
    answer();
    expect((await first).status).toBe(200);
    ({ liveTools } = SERVERS);
    expect((await test.ask('POST', PATH, { body: { document } })).status).toBe(200);
  });

  it('is for who may write policies', async () => {
    for (const [as, status] of [
      ['nobody', 401],
      [keyWith('policies:read'), 403],
      [keyWith('policies:write'), 200],
      ['viewer', 403],
      ['policy_manager', 200],
    ] as const)
      expect((await test.ask('POST', PATH, { as, body: { document } })).status).toBe(status);
  });
});
