import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectClient, type AnyClient } from '../support/clients.ts';
import { Command, FLUENTCRM, proxy, ROOT, run, throwAwayFolder, TOOLGATE } from '../support/command.ts';
import { RecordingUpstream } from '../support/recording-upstream.ts';

/** The published documents, each in force before a real server, and the calls that smuggle arguments. */
const DECISION = 'io.toolgate/decision';
const policyFile = (name: string): string => join(ROOT, `examples/policies/${name}.json`);
const SANDBOX = ['--', process.execPath, FLUENTCRM, '--sandbox'];

interface Opened {
  readonly command: Command;
  readonly client: AnyClient;
}
async function open(name: string, target: readonly string[]): Promise<Opened> {
  const { command, url } = await proxy(policyFile(name), throwAwayFolder(), target);
  return { command, client: await connectClient('SDK 2, modern', { url }) };
}
async function close({ command, client }: Opened): Promise<void> {
  await client.close();
  await command.stop();
}

describe('hide under default deny', () => {
  let opened: Opened;
  beforeAll(async () => (opened = await open('hide-delete', SANDBOX)));
  afterAll(() => close(opened));

  it('hides the tool, and denies all the rest', async () => {
    expect(await opened.client.listTools()).toEqual([]);
    await expect(opened.client.callTool('fluentcrm_delete_campaign', { campaignId: 3 })).rejects.toThrow(
      'Unknown tool: fluentcrm_delete_campaign',
    );
    const other = await opened.client.callTool('fluentcrm_list_tags');
    expect(other._meta?.[DECISION]?.rule).toBe('(default deny)');
  });

  it('is pointed out by lint', async () => {
    const { code, stdout } = await run(TOOLGATE, ['policy', 'lint', policyFile('hide-delete'), ...SANDBOX]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/warning: .*\/hide/);
  });
});

describe('a refund with conditions', () => {
  const shop = new RecordingUpstream({
    tools: [
      {
        name: 'create_refund',
        inputSchema: {
          type: 'object',
          properties: { amount: { type: 'number' }, reason: { type: 'string' } },
        },
      },
    ],
  });
  let opened: Opened;
  beforeAll(async () => (opened = await open('refund', ['--upstream', await shop.start()])));
  afterAll(async () => {
    await close(opened);
    await shop.stop();
  });

  it.each([
    [{ amount: 20 }, '/tools/create_refund/require/0', '[POLICY DENIED] A refund needs a reason.'],
    [
      { amount: 101, reason: 'late' },
      '/tools/create_refund/deny_if/0',
      '[POLICY DENIED] Refund exceeds the policy limit.',
    ],
    [{ amount: 500 }, '/tools/create_refund/require/0', '[POLICY DENIED] A refund needs a reason.'],
  ])('%j is refused', async (args, rule, text) => {
    const answer = await opened.client.callTool('create_refund', args);
    expect(answer.content[0]?.text).toBe(text);
    expect(answer._meta?.[DECISION]?.rule).toBe(rule);
    expect(shop.calls).toEqual([]);
  });

  it('with a reason, and up to 100, it goes through', async () => {
    const answer = await opened.client.callTool('create_refund', { amount: 100, reason: 'late' });
    expect(answer.isError ?? false).toBe(false);
    expect(shop.calls).toEqual([{ name: 'create_refund', arguments: { amount: 100, reason: 'late' } }]);
  });
});

describe('campaign operations', () => {
  let opened: Opened;
  beforeAll(async () => (opened = await open('campaign-operations', SANDBOX)));
  afterAll(() => close(opened));

  it('lists what may be used, denied tools included', async () => {
    const names = await opened.client.listTools();
    expect(names.toSorted()).toEqual([
      'fluentcrm_delete_campaign',
      'fluentcrm_pause_campaign',
      'fluentcrm_resume_campaign',
    ]);
  });

  it('never deletes', async () => {
    const answer = await opened.client.callTool('fluentcrm_delete_campaign', { campaignId: 3 });
    expect(answer.content[0]?.text).toBe('[POLICY DENIED] Campaigns are never deleted by agents.');
    expect(answer._meta?.[DECISION]?.rule).toBe('/tools/fluentcrm_delete_campaign/action');
  });

  it('holds a resume for a person', async () => {
    const answer = await opened.client.callTool('fluentcrm_resume_campaign', { campaignId: 6 });
    expect(answer.content[0]?.text).toMatch(/^\[APPROVAL REQUIRED\] Resuming sends e-mail at once\./);
    expect(answer._meta?.[DECISION]?.rule).toBe('/tools/fluentcrm_resume_campaign/action');
  });

  it('pauses at most ten times in sixty seconds', async () => {
    const left = 60_000 - (Date.now() % 60_000);
    if (left < 8_000) await new Promise((resolve) => setTimeout(resolve, left + 50));
    const answers = [];
    for (let i = 0; i < 11; i++)
      answers.push(await opened.client.callTool('fluentcrm_pause_campaign', { campaignId: 4 }));
    const rules = answers.map((answer) => answer._meta?.[DECISION]?.rule);
    expect(rules.slice(0, 10)).toEqual(Array.from({ length: 10 }));
    expect(rules[10]).toBe('/tools/fluentcrm_pause_campaign/limits/rate_limit');
  });
});

describe('arguments that a tool does not declare', () => {
  // A server that checks nothing, as some are: its schemas say number, and it would take anything.
  const number = { type: 'number' };
  const careless = new RecordingUpstream({
    tools: [
      {
        name: 'fluentcrm_list_contacts',
        inputSchema: {
          type: 'object',
          properties: { page: number, per_page: number, search: { type: 'string' } },
        },
      },
      {
        name: 'fluentcrm_get_contact',
        inputSchema: { type: 'object', properties: { subscriberId: number }, required: ['subscriberId'] },
      },
      {
        name: 'fluentcrm_list_tags',
        inputSchema: { type: 'object', properties: { page: number, search: { type: 'string' } } },
      },
    ],
  });
  const readOnly = {
    version: '1',
    default: 'deny',
    tools: { 'fluentcrm_list_*': {}, 'fluentcrm_get_*': {} },
  };
  let opened: Opened;
  beforeAll(async () => {
    const folder = throwAwayFolder();
    const file = join(folder, 'read-only.json');
    const { writeFileSync } = await import('node:fs');
    writeFileSync(file, JSON.stringify(readOnly));
    const { command, url } = await proxy(file, folder, ['--upstream', await careless.start()]);
    opened = { command, client: await connectClient('SDK 1', { url }) };
  });
  afterAll(async () => {
    await close(opened);
    await careless.stop();
  });

  it.each([
    ['fluentcrm_list_contacts', { _method: 'DELETE', subscribers: [23, 24] }],
    ['fluentcrm_get_contact', { subscriberId: '22?_method=DELETE' }],
    ['fluentcrm_list_tags', { _method: 'POST', title: 'smuggled tag' }],
    ['fluentcrm_get_contact', { subscriberId: '../campaigns/5?_method=DELETE' }],
    [
      'fluentcrm_get_contact',
      { subscriberId: '../../../wp/v2/users?_method=POST&username=x&roles[]=administrator' },
    ],
  ])('%s %j never reaches the server', async (name, args) => {
    const answer = await opened.client.callTool(name, args);
    expect(answer.content[0]?.text).toMatch(/^\[POLICY DENIED\] /);
    expect(answer._meta?.[DECISION]?.rule).toBe('/arguments');
    expect(careless.calls).toEqual([]);
  });

  it('declared ones do', async () => {
    await opened.client.callTool('fluentcrm_get_contact', { subscriberId: 22 });
    expect(careless.calls).toHaveLength(1);
  });
});

it('every example policy is valid', async () => {
  for (const name of ['pause-only', 'hide-delete', 'refund', 'campaign-operations']) {
    expect(JSON.parse(readFileSync(policyFile(name), 'utf8'))).toMatchObject({ version: '1' });
    expect((await run(TOOLGATE, ['policy', 'validate', policyFile(name)])).code).toBe(0);
  }
});
