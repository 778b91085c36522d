import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CLIENTS, connectClient, type Where } from '../support/clients.ts';
import { serve, throwAwayFolder, run, TOOLGATE, type Served } from '../support/command.ts';
import { RecordingUpstream } from '../support/recording-upstream.ts';

/** `serve --workers N`: one port and several processes, which nobody can tell from one. */
const MAX = 40;
let served: Served | undefined;
let upstream: RecordingUpstream | undefined;
afterEach(async () => {
  await served?.command.stop();
  await upstream?.stop();
  served = undefined;
});

async function startWorkers(count: number): Promise<{ where: Where & { url: string }; pid: number }> {
  upstream = new RecordingUpstream({ sessions: true });
  const folder = throwAwayFolder();
  const config = join(folder, 'toolgate.json');
  const limits = [{ counter: 'budget', window: 'day', max: MAX }];
  writeFileSync(
    config,
    JSON.stringify({
      servers: {
        shop: {
          url: await upstream.start(),
          policies: { rules: { version: '1', default: 'deny', tools: { echo: { limits } } } },
        },
      },
      grants: [{ label: 'agent', server: 'shop', policy: 'rules', token: { file: 'agent.token' } }],
    }),
  );
  const args = ['--config', config, '--workers', String(count)];
  served = await serve(join(folder, 'data'), args);
  const { base, tokens, command } = served;
  const where = { url: `${base}/mcp/shop/`, token: tokens.get('agent') };
  return { where, pid: command.child.pid ?? 0 };
}

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

describe('several workers', () => {
  it('share one budget exactly, and every session is at home in all of them', async () => {
    const { where } = await startWorkers(3);
    const clients = await Promise.all(
      Array.from({ length: 6 }, (_, i) => connectClient(CLIENTS[i % 3] ?? 'SDK 1', where)),
    );
    const answers = await Promise.all(
      clients.flatMap((client) => Array.from({ length: 10 }, () => client.callTool('echo', { text: 'x' }))),
    );
    expect(answers.filter((answer) => answer.isError !== true)).toHaveLength(MAX);
    await Promise.all(clients.map((client) => client.close()));

    // whichever worker is asked, the page counts what all have done
    const page = await (await fetch(new URL('/metrics', where.url))).text();
    const allowed = /^toolgate_decisions_total\{[^}]*outcome="allow"[^}]*rule="\/tools\/echo"[^}]*\} (\d+)$/m;
    expect(Number(allowed.exec(page)?.[1])).toBe(MAX);
  });

  it('are started again when one is killed, and all end with the first process', async () => {
    const { where, pid } = await startWorkers(2);
    await expect.poll(() => childrenOf(pid).length).toBe(2);
    const victim = childrenOf(pid).at(-1) ?? 0;
    process.kill(victim, 'SIGKILL');
    await expect
      .poll(() => childrenOf(pid).filter((child) => child !== victim).length, { timeout: 10_000 })
      .toBe(2);
    const client = await connectClient('SDK 2, modern', where);
    expect((await client.callTool('echo', { text: 'x' })).isError).not.toBe(true);
    await client.close();
    const workers = childrenOf(pid);
    await served?.command.stop();
    for (const worker of workers) expect(() => process.kill(worker, 0)).toThrow();
  });

  it('tell a faulty configuration once, and end with its exit code', async () => {
    const folder = throwAwayFolder();
    const config = join(folder, 'toolgate.json');
    writeFileSync(config, '{"servers": {"a": {"url": "nonsense", "surprise": 1}}}');
    const { code, stderr } = await run(TOOLGATE, [
      'serve',
      '--config',
      config,
      '--workers',
      '3',
      '--data',
      folder,
    ]);
    expect(code).toBe(2);
    expect(stderr.match(/surprise/g)).toHaveLength(1);
  });

  it.each(['0', '-1', 'many', '1.5', '1000'])('cannot be %s', async (count) => {
    const { code, stderr } = await run(TOOLGATE, ['serve', '--workers', count]);
    expect([code, stderr]).toEqual([2, expect.stringContaining('--workers')]);
  });
});
