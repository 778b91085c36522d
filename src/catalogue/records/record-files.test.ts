import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { recordOf, tool } from './made-up-record.suite.ts';
import { recordFiles } from './record-files.ts';

const root = mkdtempSync(join(tmpdir(), 'records-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

describe('the files of records', () => {
  it('give back what was written, in order, with a line for each tool', async () => {
    const folder = join(root, 'files');
    const files = recordFiles(folder);
    const record = recordOf([tool('list_a'), tool('update_a')]);
    await files.write({ ...record, slug: 'zeta' });
    await files.write(record);
    expect(await files.slugs()).toEqual(['crm', 'zeta']);
    expect(await files.read('crm')).toEqual(record);
    expect(
      readFileSync(join(folder, 'servers', 'c', 'crm.json'), 'utf8').match(/^ {2}\{"name"/gm),
    ).toHaveLength(2);
    expect(readdirSync(join(folder, 'servers', 'c'))).toEqual(['crm.json']);
  });

  it('number changes one after the other', async () => {
    const files = recordFiles(join(root, 'changes'));
    const change = { at: '2026-01-02', server: 'crm', kind: 'server_added' } as const;
    await files.addChanges([change]);
    await files.addChanges([change, change]);
    expect((await files.changes()).map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it('have one fingerprint until anything changes', async () => {
    const folder = join(root, 'fingerprint');
    const files = recordFiles(folder);
    await files.write(recordOf([tool('list_a')]));
    const before = await files.fingerprint();
    expect(await recordFiles(folder).fingerprint()).toBe(before);
    await files.writeUnanswered([{ name: 'x', version: '1', scannedAt: '', reason: 'exited', detail: '' }]);
    expect(await files.fingerprint()).not.toBe(before);
  });

  it('say which file is no record', async () => {
    const folder = join(root, 'broken');
    const files = recordFiles(folder);
    await files.write(recordOf([tool('list_a')]));
    writeFileSync(join(folder, 'servers', 'c', 'crm.json'), '{');
    await expect(files.read('crm')).rejects.toMatchObject({
      code: 'catalogue.record',
      message: expect.stringContaining('crm.json') as string,
    });
  });
});
