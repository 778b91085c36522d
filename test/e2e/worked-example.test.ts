import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CLIENTS, connectClient, type AnyClient, type ToolAnswer } from '../support/clients.ts';
import { Command, FLUENTCRM, proxy, ROOT, serve, throwAwayFolder, TOOLGATE } from '../support/command.ts';

/**
 * The worked example, end to end with real clients and built commands: pausing a campaign is allowed thirty times a
 * minute, the thirty-first is refused with the time to wait, and every other tool is out of reach.
 */
const PAUSE = 'fluentcrm_pause_campaign';
const DECISION = 'io.toolgate/decision';
const PAUSE_ONLY = join(ROOT, 'examples/policies/pause-only.json');
const RULE = `/tools/${PAUSE}/limits/${PAUSE}_rate`;

const opened: { close?: () => Promise<void>; stop?: () => Promise<unknown> }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).toReversed()) await (one.close?.() ?? one.stop?.());
});
function kept<T extends { close?: () => Promise<void>; stop?: () => Promise<unknown> }>(one: T): T {
  opened.push(one);
  return one;
}

/** A window must not turn under the test: begin with at least this much of the minute left. */
async function beginInMinute(neededMs = 10_000): Promise<void> {
  const left = 60_000 - (Date.now() % 60_000);
  if (left < neededMs) await new Promise((resolve) => setTimeout(resolve, left + 50));
}

async function pauseTimes(client: AnyClient, times: number): Promise<ToolAnswer[]> {
  const answers: ToolAnswer[] = [];
  for (let i = 0; i < times; i++) answers.push(await client.callTool(PAUSE, { campaignId: 3 }));
  return answers;
}

const isDenied = (answer: ToolAnswer): boolean =>
  answer.content[0]?.text.startsWith('[POLICY DENIED]') ?? false;

async function expectWorkedExample(client: AnyClient): Promise<void> {
  expect(await client.listTools()).toEqual([PAUSE]);
  await beginInMinute();
  const answers = await pauseTimes(client, 31);
  expect(answers.slice(0, 30).filter(isDenied)).toEqual([]);
  expect(answers[0]?.isError ?? false).toBe(false); // campaign 3 was working
  expect(answers[1]?.isError).toBe(true); // it is paused already: the server says so, not the policy
  const last = answers[30];
  expect(last && isDenied(last)).toBe(true);
  expect(last?._meta?.[DECISION]).toMatchObject({ rule: RULE });
  expect(last?._meta?.[DECISION]?.retryAfterMs).toBeGreaterThan(0);
  expect(last?._meta?.[DECISION]?.retryAfterMs).toBeLessThanOrEqual(60_000);

  const other = await client.callTool('fluentcrm_delete_contact', { subscriberId: 1 });
  expect(isDenied(other)).toBe(true);
  expect(other._meta?.[DECISION]?.rule).toBe('(default deny)');
  await expect(client.callTool('fluentcrm_no_such_tool')).rejects.toThrow(/Unknown tool/);
}

describe('toolgate serve, as npm start runs it', () => {
  it.each(CLIENTS)('%s', { timeout: 120_000 }, async (kind) => {
    const served = await serve(throwAwayFolder());
    kept(served.command);
    const client = kept(
      await connectClient(kind, { url: `${served.base}/mcp/fluentcrm/`, token: served.tokens.get('demo') }),
    );
    expect(client.era).toBe(kind === 'SDK 2, modern' ? 'modern' : 'legacy');
    await expectWorkedExample(client);
  });

  it(
    'forgets no call when it is killed, and lets calls through again in the next minute',
    { timeout: 180_000 },
    async () => {
      const data = throwAwayFolder();
      const first = await serve(data);
      const token = first.tokens.get('demo');
      await beginInMinute();
      const before = await connectClient('SDK 2, modern', { url: `${first.base}/mcp/fluentcrm/`, token });
      expect((await pauseTimes(before, 20)).filter(isDenied)).toEqual([]);
      await first.command.stop('SIGKILL');

      const second = await serve(data);
      kept(second.command);
      expect(second.tokens.get('demo')).toBe(token);
      const after = kept(
        await connectClient('SDK 2, modern', { url: `${second.base}/mcp/fluentcrm/`, token }),
      );
      const answers = await pauseTimes(after, 11);
      expect(answers.slice(0, 10).filter(isDenied)).toEqual([]);
      const refused = answers[10];
      expect(refused && isDenied(refused)).toBe(true);
      await new Promise((resolve) =>
        setTimeout(resolve, (refused?._meta?.[DECISION]?.retryAfterMs ?? 0) + 100),
      );
      expect((await pauseTimes(after, 1)).filter(isDenied)).toEqual([]);
    },
  );
});

describe('the same policy on other ways', () => {
  it.each(CLIENTS)('proxy in front of the stdio server, %s', { timeout: 120_000 }, async (kind) => {
    const { command, url } = await proxy(PAUSE_ONLY, throwAwayFolder(), [
      '--',
      process.execPath,
      FLUENTCRM,
      '--sandbox',
    ]);
    kept(command);
    await expectWorkedExample(kept(await connectClient(kind, { url })));
  });

  it.each(CLIENTS)('proxy in front of the HTTP server, %s', { timeout: 120_000 }, async (kind) => {
    const server = kept(new Command(FLUENTCRM, ['--sandbox', '--http', '0']));
    const [, address = ''] = await server.shows(/(http:\/\/127\.0\.0\.1:\d+\S*)/);
    const { command, url } = await proxy(PAUSE_ONLY, throwAwayFolder(), ['--upstream', address]);
    kept(command);
    await expectWorkedExample(kept(await connectClient(kind, { url })));
  });

  it.each(CLIENTS)('wrap on standard input and output, %s', { timeout: 120_000 }, async (kind) => {
    const args = [
      TOOLGATE,
      'wrap',
      '--policy',
      PAUSE_ONLY,
      '--data',
      throwAwayFolder(),
      '--',
      process.execPath,
      FLUENTCRM,
      '--sandbox',
    ];
    await expectWorkedExample(kept(await connectClient(kind, { command: process.execPath, args })));
  });
});
