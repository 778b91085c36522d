import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createAudit } from '#records';
import { openStore, type Store } from '#store';
import { openDatabase } from '../store/sqlite/engine.ts';
import { auditCommand } from './audit.ts';
import { CheckFailed } from './check-failed.ts';

describe('toolgate audit', () => {
  let dataDir: string;
  let gateway: Store;
  let out: string;
  beforeEach(async () => {
    dataDir = join(mkdtempSync(join(tmpdir(), 'toolgate-audit-')), 'data');
    gateway = openStore({ dataDir });
    out = '';
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((out += String(text)), true));
    await append('acme', 6);
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await gateway.close();
    rmSync(join(dataDir, '..'), { recursive: true, force: true });
  });

  async function append(organisation: string, count: number): Promise<void> {
    const audit = createAudit({ store: gateway.control.audit, clock: { now: Date.now } });
    for (let i = 1; i <= count; i++)
      await audit.append(organisation, {
        actor: 'user:ada',
        actorLabel: 'Ada \u001b[2J',
        action: `act.${i}`,
        target: 'policy:crm/main',
        detail: { i },
      });
  }
  async function run(...words: string[]): Promise<string> {
    out = '';
    const command = auditCommand().exitOverride();
    for (const each of command.commands) each.exitOverride();
    await command.parseAsync([...words, '--data', dataDir], { from: 'user' });
    return out;
  }
  const headIn = (text: string): string => /Head: (\S+)/.exec(text)?.[1] ?? '';

  /** As somebody with the file would. */
  function tamper(...statements: string[]): void {
    const database = openDatabase(join(dataDir, 'toolgate.db'), false);
    for (const statement of statements) database.exec(statement);
    database.close();
  }

  it('finds nothing in a log that is whole, and prints the head of each organisation', async () => {
    await append('other', 2);
    const lines = (await run('verify')).trimEnd().split('\n');
    expect(lines[0]).toMatch(/^acme: 6 events, all as they were written\. Head: 6:[0-9a-f]{64}$/);
    expect(lines[1]).toMatch(/^other: 2 events/);
    expect(lines).toHaveLength(2);
  });

  it.each<[string, string[], RegExp]>([
    [
      'an edited field',
      ["UPDATE audit_events SET target = 'x' WHERE seq = 3"],
      /Event 3 was changed.*\(edited\)/,
    ],
    ['a removed line', ['DELETE FROM audit_events WHERE seq = 3'], /Event 3 is missing.*\(gap\)/],
    [
      'lines that changed places',
      [
        'UPDATE audit_events SET seq = 99 WHERE seq = 3',
        'UPDATE audit_events SET seq = 3 WHERE seq = 4',
        'UPDATE audit_events SET seq = 4 WHERE seq = 99',
      ],
      /Event 3 does not follow.*\(unlinked\)/,
    ],
  ])('finds %s, and exits 1', async (_name, statements, message) => {
    tamper(...statements);
    await expect(run('verify')).rejects.toBeInstanceOf(CheckFailed);
    expect(out).toMatch(message);
  });

  it('finds a cut tail by a head that was noted', async () => {
    const head = headIn(await run('verify'));
    tamper('DELETE FROM audit_events WHERE seq > 4');
    expect(await run('verify')).toMatch(/4 events, all as they were written/);
    await expect(run('verify', '--head', head)).rejects.toBeInstanceOf(CheckFailed);
    expect(out).toMatch(/ends with event 4.*its end was cut off.*\(cut\)/);
  });

  it('finds a log that was written anew by a head that was noted', async () => {
    const head = headIn(await run('verify'));
    tamper('DELETE FROM audit_events');
    await append('acme', 6);
    expect(await run('verify')).toMatch(/6 events, all as they were written/);
    await expect(run('verify', '--organisation', 'acme', '--head', head)).rejects.toBeInstanceOf(CheckFailed);
    expect(out).toMatch(/written anew/);
  });

  it('is content with a log that went on since its head was noted', async () => {
    const head = headIn(await run('verify'));
    await append('acme', 2);
    expect(await run('verify', '--head', head)).toMatch(/8 events/);
  });

  it('prints JSON for programs', async () => {
    expect(JSON.parse(await run('verify', '--json'))).toEqual({
      organisation: 'acme',
      ok: true,
      head: expect.stringMatching(/^6:/),
    });
  });

  it('writes out every event, with nothing a terminal would obey', async () => {
    await append('other', 1);
    const lines = (await run('export')).trimEnd().split('\n');
    expect(lines).toHaveLength(7);
    expect(lines.join('')).not.toContain('\u001b');
    expect(JSON.parse(lines[6] ?? '')).toMatchObject({
      organisation: 'other',
      seq: 1,
      action: 'act.1',
      detail: '{"i":1}',
    });
    expect((await run('export', '--organisation', 'other')).trimEnd().split('\n')).toHaveLength(1);
  });

  it.each([
    ['what is no head', ['--head', '17']],
    ['a head where several logs are looked at', ['--head', `1:${'0'.repeat(64)}`]],
  ])('refuses %s', async (_name, words) => {
    await append('other', 1);
    await expect(run('verify', ...words)).rejects.toMatchObject({ code: 'usage.head' });
  });
});
