import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { newId, openKeyRing, silentLog } from '#platform';
import { createCapture } from '#records';
import { openStore, type Store } from '#store';
import { simulateCommand } from './simulate.ts';

describe('toolgate policy simulate', () => {
  let dataDir: string;
  let gateway: Store;
  let out: string;
  beforeEach(() => {
    dataDir = join(mkdtempSync(join(tmpdir(), 'toolgate-simulate-')), 'data');
    gateway = openStore({ dataDir });
    out = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await gateway.close();
    rmSync(join(dataDir, '..'), { recursive: true, force: true });
  });

  const file = (name: string, value: unknown): string => {
    const path = join(dataDir, '..', name);
    writeFileSync(path, JSON.stringify(value));
    return path;
  };
  async function insert(tool: string, keys: readonly string[] = [], at = Date.now() - 1000): Promise<string> {
    const id = newId('dec', at);
    await gateway.records.insert({
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
      policy: 'main',
      policyVersion: '3',
      outcome: 'allow',
      enforced: true,
      rule: '(default allow)',
      message: '',
      argumentKeys: keys,
    });
    return id;
  }
  async function run(candidate: unknown, ...words: string[]): Promise<string> {
    out = '';
    const path = file('candidate.json', candidate);
    const command = simulateCommand().exitOverride();
    await command.parseAsync([path, '--server', 'crm', '--data', dataDir, ...words], { from: 'user' });
    return out;
  }

  it('lists what would change and what cannot be judged, in plain words', async () => {
    const hidden = await insert('delete_campaign');
    const refund = await insert('refund\u001b[2J', ['amount']);
    const candidate = {
      version: '1',
      default: 'allow',
      hide: ['delete_*'],
      all_tools: { deny_if: [{ conditions: [{ path: 'args.amount', op: 'gt', value: 5 }] }] },
    };
    const text = await run(candidate);
    expect(text.split('\n').slice(0, 7)).toEqual([
      '2 calls: 0 as before, 1 would change, 1 cannot be judged.',
      '',
      'What would change:',
      `  1 × delete_campaign: allow by (default allow) → deny by (hidden)  (${hidden})`,
      '',
      'What cannot be judged:',
      `  1 × refund\\u{1b}[2J, /all_tools/deny_if/0: The rule looks at args.amount, whose value was not captured.  (${refund})`,
    ]);
    expect(text).toContain('The decision log holds no values of arguments.');
    expect(text).not.toContain('\u001b');
    expect(existsSync(join(dataDir, 'toolgate.key'))).toBe(false);
  });

  it('judges captured calls by their values', async () => {
    const id = await insert('refund', ['amount']);
    const capture = createCapture({
      store: gateway.control.captures,
      keys: openKeyRing(dataDir, {}),
      clock: { now: Date.now },
      log: silentLog,
    });
    capture.keep(id, 'crm', { amount: 9 });
    await capture.settled();
    const deny = [{ conditions: [{ path: 'args.amount', op: 'gt', value: 5 }] }];
    const result = await run({ version: '1', default: 'allow', all_tools: { deny_if: deny } }, '--json');
    expect(JSON.parse(result)).toMatchObject({
      calls: 1,
      changed: 1,
      unknown: 0,
      notes: [expect.any(String)],
    });
  });

  it('looks at the calls of a span, and of one policy', async () => {
    await insert('pause', [], Date.now() - 10 * 86_400_000);
    await insert('pause');
    const candidate = { version: '1', default: 'deny' };
    expect(await run(candidate)).toMatch(/^1 calls/);
    expect(await run(candidate, '--since', '30d')).toMatch(/^2 calls/);
    expect(await run(candidate, '--policy', 'other')).toMatch(/^0 calls/);
  });

  it("tells unknown tools by the server's list", async () => {
    await insert('pause');
    await insert('gone');
    const tools = file('tools.json', { result: { tools: [{ name: 'pause' }] } });
    const text = await run({ version: '1', default: 'allow' }, '--tools', tools);
    expect(text).toMatch(/^2 calls: 1 as before, 1 would change/);
    expect(text).toContain('gone: allow by (default allow) → deny by (unknown tool)');
  });

  it('refuses a candidate with faults, and tells all of them', async () => {
    await expect(run({ version: '2', tolls: {} })).rejects.toMatchObject({
      code: 'policy.invalid',
      details: expect.arrayContaining([expect.stringContaining('/tolls')]),
    });
  });

  it('refuses a file without tools', async () => {
    const tools = file('tools.json', { tools: [1] });
    const running = run({ version: '1', default: 'deny' }, '--tools', tools);
    await expect(running).rejects.toMatchObject({ code: 'usage.tools' });
  });
});
