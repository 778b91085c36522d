import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openStore, type DecisionRecord, type Store } from '#store';
import { logsCommand } from './logs.ts';

const HOUR = 3_600_000;

function record(id: string, changes: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    id,
    at: Date.now(),
    requestId: '7',
    server: 'fluentcrm',
    grantId: 'grant_1',
    grantLabel: 'newsletter',
    method: 'tools/call',
    tool: `tool_of_${id}`,
    revision: '2025-11-25',
    transport: 'http',
    policy: 'main',
    policyVersion: '3',
    outcome: 'deny',
    enforced: true,
    rule: '(default deny)',
    message: 'No rule allows it.',
    argumentKeys: ['campaign_id'],
    ...changes,
  };
}

describe('toolgate logs', () => {
  let dataDir: string;
  let gateway: Store;
  let out: string;
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'toolgate-logs-'));
    gateway = openStore({ dataDir });
    out = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
    vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await gateway.close();
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function run(...words: string[]): Promise<readonly string[]> {
    await logsCommand()
      .exitOverride()
      .parseAsync([...words, '--data', dataDir], { from: 'user' });
    return out.split('\n').slice(0, -1);
  }
  const tools = (lines: readonly string[]): readonly string[] =>
    lines.map((line) => /tool_of_\w+/.exec(line)?.[0] ?? line);

  it('shows decisions while the gateway has the folder open, oldest first', async () => {
    await gateway.records.insert(record('r1', { at: Date.parse('2026-11-22T12:00:00.000Z') }));
    await gateway.records.insert(record('r2', { outcome: 'allow', rule: '/tools/x', message: '' }));
    const lines = await run();
    expect(lines[0]).toBe(
      '2026-11-22T12:00:00.000Z  deny     fluentcrm  tool_of_r1  newsletter  "(default deny)"  "No rule allows it."',
    );
    expect(lines[1]).toMatch(/allow {4}fluentcrm {2}tool_of_r2/);
    expect(lines).toHaveLength(2);
  });

  it.each([
    [['--server', 'github'], ['tool_of_r2']],
    [['--grant', 'billing'], ['tool_of_r3']],
    [['--grant', 'grant_9'], ['tool_of_r3']],
    [['--tool', 'tool_of_r1'], ['tool_of_r1']],
    [['--outcome', 'hold'], ['tool_of_r2']],
    [['--rule', '/arguments'], ['tool_of_r3']],
    [['--since', '1h'], ['tool_of_r3']],
    [['--since', '3h', '--limit', '1'], ['tool_of_r3']],
    [
      ['--limit', '2'],
      ['tool_of_r2', 'tool_of_r3'],
    ],
    [['--limit', '0'], []],
    [['--server', 'nobody'], []],
  ])('narrows by %j', async (words, expected) => {
    await gateway.records.insert(record('r1', { at: Date.now() - 48 * HOUR }));
    await gateway.records.insert(
      record('r2', { at: Date.now() - 2 * HOUR, server: 'github', outcome: 'hold' }),
    );
    await gateway.records.insert(
      record('r3', { grantLabel: 'billing', grantId: 'grant_9', rule: '/arguments' }),
    );
    expect(tools(await run(...words))).toEqual(expected);
  });

  it('prints one JSON object a line, with nothing a terminal would obey', async () => {
    await gateway.records.insert(record('r1', { at: 0, message: '\u009b31m\u202e' }));
    const lines = await run('--json');
    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toMatch(/[\u009b\u202e]/);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      id: 'r1',
      at: '1970-01-01T00:00:00.000Z',
      message: '\u009b31m\u202e',
      argumentKeys: ['campaign_id'],
    });
  });

  it('follows until it is interrupted', async () => {
    await gateway.records.insert(record('r1'));
    const running = run('--follow');
    await vi.waitFor(() => expect(out).toContain('tool_of_r1'));
    await gateway.records.insert(record('r2'));
    await vi.waitFor(() => expect(out).toContain('tool_of_r2'), { timeout: 5000 });
    process.emit('SIGINT');
    expect(tools(await running)).toEqual(['tool_of_r1', 'tool_of_r2']);
  });

  it.each([
    ['an outcome there is not', ['--outcome', 'maybe'], 'commander.invalidArgument'],
    ['a limit that is no number', ['--limit', 'all'], 'usage.limit'],
    ['a time that is none', ['--since', 'yesterday'], 'usage.moment'],
  ])('refuses %s', async (_name, words, code) => {
    await expect(run(...words)).rejects.toMatchObject({ code });
    expect(out).toBe('');
  });

  it('says so when there is no data folder', async () => {
    const command = logsCommand().exitOverride();
    const nowhere = join(dataDir, 'nowhere');
    await expect(command.parseAsync(['--data', nowhere], { from: 'user' })).rejects.toMatchObject({
      code: 'store.missing',
      message: `There is no Toolgate data in ${nowhere}.`,
    });
  });
});
