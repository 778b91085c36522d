import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { connectClient } from '../support/clients.ts';
import {
  filesIn,
  FLUENTCRM,
  proxy,
  ROOT,
  run,
  serve,
  throwAwayFolder,
  TOOLGATE,
  type Served,
} from '../support/command.ts';

import { JSON_HEADERS } from '../support/gateway-rig.ts';
import { RecordingUpstream } from '../support/recording-upstream.ts';

/** A gateway that runs: edits while it serves, grants, logs, secrets, signals, and nothing left behind. */
const DECISION = 'io.toolgate/decision';
let served: Served | undefined;
afterEach(async () => {
  await served?.command.stop();
  served = undefined;
});

const ALLOW_TAGS = { version: '1', default: 'deny', tools: { fluentcrm_list_tags: {} } };

/** A configuration of our own in a folder of its own, with its policy in a file. */
function configure(policy: object = ALLOW_TAGS): { folder: string; config: string; policyFile: string } {
  const folder = throwAwayFolder();
  const policyFile = join(folder, 'policy.json');
  const config = join(folder, 'toolgate.json');
  writeFileSync(policyFile, JSON.stringify(policy));
  writeFileSync(
    config,
    JSON.stringify({
      servers: {
        crm: {
          command: process.execPath,
          args: [FLUENTCRM, '--sandbox'],
          policies: { rules: 'policy.json' },
        },
      },
      grants: [{ label: 'agent', server: 'crm', policy: 'rules', token: { file: 'agent.token' } }],
    }),
  );
  return { folder, config, policyFile };
}

const dataOf = (folder: string): string => join(folder, 'data');

async function start(folder: string, config: string, env: Record<string, string> = {}): Promise<Served> {
  served = await serve(dataOf(folder), ['--config', config], { env });
  return served;
}

const crm = ({ base, tokens }: Served, token = tokens.get('agent')) =>
  connectClient('SDK 2, modern', { url: `${base}/mcp/crm/`, token });

describe('edits while it serves', () => {
  it('a policy counts within a second, without reconnecting', async () => {
    const { folder, config, policyFile } = configure();
    const client = await crm(await start(folder, config));
    expect(await client.listTools()).toEqual(['fluentcrm_list_tags']);
    writeFileSync(
      policyFile,
      JSON.stringify({ version: '1', default: 'deny', tools: { fluentcrm_list_lists: {} } }),
    );
    const edited = Date.now();
    await expect
      .poll(async () => (await client.callTool('fluentcrm_list_lists')).isError ?? false, { timeout: 5_000 })
      .toBe(false);
    expect(Date.now() - edited).toBeLessThan(5_000);
    expect((await client.callTool('fluentcrm_list_tags'))._meta?.[DECISION]?.rule).toBe('(default deny)');
    await client.close();
  });

  it('a broken policy leaves the old one in force, and the log says every fault', async () => {
    const { folder, config, policyFile } = configure();
    const running = await start(folder, config);
    const client = await crm(running);
    writeFileSync(policyFile, '{"version": "1", "default": "maybe", "tool": {}}');
    await expect.poll(() => running.command.stderr).toContain('policy not reloaded');
    expect(running.command.stderr).toMatch(/default/);
    expect(running.command.stderr).toMatch(/did you mean[^]*tools/i);
    expect((await client.callTool('fluentcrm_list_tags')).isError ?? false).toBe(false);
    await client.close();
  });

  it('a grant that is minted works at once, and one that is revoked no longer', async () => {
    const { folder, config } = configure();
    const running = await start(folder, config);
    const data = ['--data', dataOf(folder)];
    const minted = await run(TOOLGATE, [
      'grants',
      'mint',
      '--server',
      'crm',
      '--label',
      'second',
      '--policy',
      'rules',
      '--json',
      ...data,
    ]);
    expect(minted.code).toBe(0);
    const { token } = JSON.parse(minted.stdout) as { token: string };
    expect(token).toMatch(/^tg_[0-9A-Za-z]{40,}$/);
    const status = async (): Promise<number> =>
      (
        await fetch(`${running.base}/mcp/crm/`, {
          method: 'POST',
          headers: { authorization: `Bearer ${token}` },
        })
      ).status;
    await expect.poll(status, { timeout: 5_000 }).toBe(415); // authenticated, and then: no content type
    expect((await run(TOOLGATE, ['grants', 'list', ...data])).stdout).not.toContain(token);
    expect((await run(TOOLGATE, ['grants', 'revoke', 'second', ...data])).code).toBe(0);
    await expect.poll(status, { timeout: 5_000 }).toBe(401);
  });
});

describe('logs', () => {
  it('show every decision, for people and for machines', async () => {
    const { folder, config } = configure();
    const client = await crm(await start(folder, config));
    await client.callTool('fluentcrm_list_tags', { search: 'a-secret-search' });
    await client.callTool('fluentcrm_list_lists');
    await client.close();
    const read = (...args: string[]) => run(TOOLGATE, ['logs', '--data', dataOf(folder), ...args]);
    await expect.poll(async () => (await read('--json')).stdout).toContain('"result":"ok"');
    const rows = (await read('--json')).stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(rows).toMatchObject([
      {
        tool: 'fluentcrm_list_tags',
        outcome: 'allow',
        rule: '/tools/fluentcrm_list_tags',
        grantLabel: 'agent',
        argumentKeys: ['search'],
        ending: { result: 'ok' },
      },
      { tool: 'fluentcrm_list_lists', outcome: 'deny', rule: '(default deny)' },
    ]);
    const text = (await read('--outcome', 'deny')).stdout;
    expect(text).toContain('fluentcrm_list_lists');
    expect(text).not.toContain('fluentcrm_list_tags');
    expect((await read('--json')).stdout).not.toContain('a-secret-search');
  });
});

describe('secrets', () => {
  it('appear in no log, answer or file but the one that holds them', async () => {
    const folder = throwAwayFolder();
    const canary = 'canary-password-4711';
    const config = join(folder, 'toolgate.json');
    writeFileSync(
      config,
      JSON.stringify({
        servers: {
          crm: {
            command: process.execPath,
            args: [FLUENTCRM],
            env: {
              FLUENTCRM_API_URL: 'http://127.0.0.1:9',
              FLUENTCRM_API_USERNAME: 'robot',
              FLUENTCRM_API_PASSWORD: '${CRM_PASSWORD}',
            },
            policies: { all: { version: '1', default: 'allow' } },
          },
        },
        grants: [{ label: 'agent', server: 'crm', policy: 'all', token: { file: 'agent.token' } }],
      }),
    );
    const running = await start(folder, config, { CRM_PASSWORD: canary, TOOLGATE_LOG: 'debug' });
    const token = running.tokens.get('agent') ?? '';
    const client = await crm(running);
    const answer = await client.callTool('fluentcrm_list_tags');
    expect(answer.isError).toBe(true);
    await client.close();
    const files = filesIn(dataOf(folder)).filter((path) => !path.endsWith('agent.token'));
    const everything = [
      running.command.stderr,
      JSON.stringify(answer),
      ...files.map((path) => readFileSync(path, 'latin1')),
    ].join('\n');
    expect(everything).not.toContain(canary);
    expect(everything).not.toContain(token);
    expect(running.command.stdout).not.toContain(canary);
    for (const path of filesIn(dataOf(folder))) {
      expect({ path, others: statSync(path).mode & 0o077 }).toEqual({ path, others: 0 });
    }
  });
});

describe('a stop', () => {
  it('lets calls in flight finish and ends open streams', async () => {
    const upstream = new RecordingUpstream({ sessions: true });
    const folder = throwAwayFolder();
    const policy = join(folder, 'policy.json');
    writeFileSync(policy, '{"version": "1", "default": "allow"}');
    const { command, url } = await proxy(policy, folder, ['--upstream', await upstream.start()]);
    const post = (body: string) => fetch(url, { method: 'POST', headers: JSON_HEADERS, body });
    const opened = await post(
      '{"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}',
    );
    const headers = {
      accept: 'text/event-stream',
      'mcp-session-id': opened.headers.get('mcp-session-id') ?? '',
    };
    const stream = await fetch(url, { headers });
    const call = post(
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"slow","arguments":{"ms":1000}}}',
    );
    await expect.poll(() => upstream.calls.length).toBe(1);
    const stopped = command.stop();
    expect(await (await call).text()).toContain('slow: ');
    await stream.text(); // it ends
    expect(await stopped).toBe(0);
    await upstream.stop();
  });
});

describe('ends', () => {
  const childrenOf = (marker: string): string[] =>
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .filter((pid) => {
        try {
          return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(marker) && Number(pid) !== process.pid;
        } catch {
          return false; // it ended meanwhile, or belongs to somebody else
        }
      });

  it.runIf(process.platform === 'linux').each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)(
    '%s leaves no process behind',
    async (signal) => {
      const folder = throwAwayFolder();
      const config = join(folder, 'toolgate.json');
      const marker = `TOOLGATE_TEST_MARK=${folder}`;
      writeFileSync(
        config,
        JSON.stringify({
          servers: {
            crm: {
              command: process.execPath,
              args: [FLUENTCRM, '--sandbox'],
              env: { TOOLGATE_TEST_MARK: folder },
              policies: { all: { version: '1', default: 'allow' } },
            },
          },
          grants: [{ label: 'agent', server: 'crm', policy: 'all', token: { file: 'agent.token' } }],
        }),
      );
      const running = await start(folder, config);
      const client = await crm(running);
      await client.callTool('fluentcrm_list_tags');
      await client.close();
      expect(childrenOf(marker).length).toBeGreaterThan(0);
      const code = await running.command.stop(signal);
      if (signal !== 'SIGKILL') expect(code).toBe(0);
      await expect.poll(() => childrenOf(marker), { timeout: 10_000 }).toEqual([]);
    },
  );
});

describe('wrong use', () => {
  it('a broken policy at start: exit 2 with all its faults', async () => {
    const { folder, config, policyFile } = configure();
    writeFileSync(policyFile, '{\n  "version": "2",\n  "default": "deny",\n  "hides": []\n}');
    const { code, stderr, stdout } = await run(TOOLGATE, [
      'serve',
      '--config',
      config,
      '--port',
      '0',
      '--data',
      dataOf(folder),
    ]);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/policy\.json:2:14: \/version/);
    expect(stderr).toMatch(/policy\.json:4:3: \/hides[^]*did you mean "hide"/i);
  });

  it('a broken configuration: exit 2 with all its faults', async () => {
    const folder = throwAwayFolder();
    const config = join(folder, 'toolgate.json');
    writeFileSync(
      config,
      '{"servers": {"a": {"command": "x", "limits": {"callMs": -1}, "colour": 1}}, "grants": [{"label": "g", "server": "b", "token": {"env": "X"}}]}',
    );
    const { code, stderr } = await run(TOOLGATE, ['serve', '--config', config, '--data', dataOf(folder)]);
    expect(code).toBe(2);
    expect(stderr).toMatch(/callMs/);
    expect(stderr).toMatch(/colour/);
  });

  it('a port that is taken: exit 2 and what to do', async () => {
    const { folder, config } = configure();
    const running = await start(folder, config);
    const port = new URL(running.base).port;
    const second = await run(TOOLGATE, [
      'serve',
      '--config',
      config,
      '--port',
      port,
      '--data',
      join(folder, 'other'),
    ]);
    expect(second.code).toBe(2);
    expect(second.stderr).toMatch(/something else listens there[^]*--port/);
  });

  it.each([
    [['serve', '--port', 'many'], /not a port/],
    [['serve', '--config', 'no-such.json'], /Cannot read the configuration/],
    [['proxy', '--policy', 'x.json'], /Name one server/],
    [
      ['proxy', '--policy', 'no-such.json', '--upstream', 'http://127.0.0.1:9/'],
      /no-such\.json: cannot be read/,
    ],
    [
      ['proxy', '--policy', join(ROOT, 'examples/policies/refund.json'), '--upstream', 'ftp://x/'],
      /neither http nor https/,
    ],
    [
      [
        'proxy',
        '--policy',
        join(ROOT, 'examples/policies/refund.json'),
        '--grant',
        'short',
        '--upstream',
        'http://127.0.0.1:9/',
      ],
      /no grant token/,
    ],
    [['policy', 'validate', 'no-such.json'], /Cannot read/],
    [['policy', 'explain', join(ROOT, 'examples/policies/refund.json'), '--call', 'x'], /not JSON/],
    [['fly'], /unknown command/],
  ])('toolgate %j: exit 2', async (args, message) => {
    const { code, stderr } = await run(TOOLGATE, [
      ...args,
      ...(args[0] === 'serve' || args[0] === 'proxy' ? ['--data', throwAwayFolder()] : []),
    ]);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });

  it('a policy that is not valid: exit 1, and JSON for machines', async () => {
    const file = join(throwAwayFolder(), 'policy.json');
    writeFileSync(file, '{"version": "1", "default": "deny", "tools": {"a": {"limit": []}}}');
    const { code, stdout } = await run(TOOLGATE, ['policy', 'validate', file, '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject([
      {
        pointer: '/tools/a/limit',
        line: 1,
        column: expect.any(Number),
        suggestion: expect.stringContaining('limits'),
      },
    ]);
  });

  it('policy test: exit 0 when all cases hold, else 1', async () => {
    const folder = throwAwayFolder();
    const cases = join(folder, 'cases.json');
    const refund = join(ROOT, 'examples/policies/refund.json');
    const call = (amount: number) => ({ name: 'create_refund', arguments: { amount, reason: 'late' } });
    writeFileSync(
      cases,
      JSON.stringify([
        { call: call(10), expect: 'allow' },
        { call: call(500), expect: 'deny', rule: '/tools/create_refund/deny_if/0' },
      ]),
    );
    expect((await run(TOOLGATE, ['policy', 'test', refund, cases])).code).toBe(0);
    writeFileSync(cases, JSON.stringify([{ call: call(500), expect: 'allow' }]));
    const failed = await run(TOOLGATE, ['policy', 'test', refund, cases]);
    expect(failed.code).toBe(1);
    expect(failed.stdout).toMatch(
      /FAIL 1\. create_refund: expected allow, got deny by \/tools\/create_refund\/deny_if\/0/,
    );
  });
});
