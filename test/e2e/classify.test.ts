import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listTools } from '#fluentcrm';
import { ROOT, throwAwayFolder, TOOLGATE } from '../support/command.ts';

const folder = throwAwayFolder();
function toolgate(args: readonly string[], input = ''): { code: number | null; out: string; err: string } {
  const run = spawnSync(process.execPath, [TOOLGATE, ...args], { input, encoding: 'utf8', cwd: folder });
  return { code: run.status, out: run.stdout, err: run.stderr };
}
const rowsOf = (out: string) =>
  out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('toolgate classify', () => {
  it('answers each line in order, with siblings from anywhere in the input', () => {
    const input = [
      '{"server": "a", "name": "pause_campaign", "description": "Wstrzymuje kampanię"}',
      '{"server": "b", "name": "kubectl"}',
      '{"server": "a", "name": "resume_campaign", "description": "Wznawia kampanię"}',
    ].join('\n');
    const { code, out, err } = toolgate(['classify'], input);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    const rows = rowsOf(out);
    expect(rows.map(({ name, category, risk }) => [name, category, risk])).toEqual([
      ['pause_campaign', 'Write', 'Medium'],
      ['kubectl', 'Unknown', 'High'],
      ['resume_campaign', 'Execute', 'High'],
    ]);
    expect(Object.keys(rows[0] ?? {})).toEqual(
      expect.arrayContaining(['name', 'category', 'risk', 'confidence', 'evidence', 'rationale', 'policy']),
    );
    expect(rows[0]).toMatchObject({
      reversibleBy: 'resume_campaign',
      policy: { version: '1', default: 'deny', tools: { pause_campaign: {} } },
    });
  });

  it('answers as docs/risk.md shows', () => {
    const shown = /```json fragment\n([^]*?)```/.exec(readFileSync(join(ROOT, 'docs/risk.md'), 'utf8'))?.[1];
    const rows = [
      { server: 'f', name: 'fluentcrm_pause_campaign', description: 'Wstrzymuje kampanię' },
      { server: 'f', name: 'fluentcrm_resume_campaign' },
    ];
    const { out } = toolgate(['classify'], rows.map((row) => JSON.stringify(row)).join('\n'));
    expect(rowsOf(out)[0]).toEqual(JSON.parse(shown ?? ''));
  });

  it('names the lines that are no tools, classifies the others, and ends with 1', () => {
    const { code, out, err } = toolgate(
      ['classify'],
      'no\n{"name": "get_x"}\n\n[]\n{"name": 5}\n{"name": "a", "server": 1}\n',
    );
    expect(code).toBe(1);
    expect(rowsOf(out).map(({ name }) => name)).toEqual(['get_x']);
    expect(err.match(/^line \d+/gm)).toEqual(['line 1', 'line 4', 'line 5', 'line 6']);
  });

  it('stops without a word when its reader has gone', () => {
    const rows = Array.from({ length: 5_000 }, (_, i) => `{"name": "get_${i}", "description": "Gets ${i}"}`);
    const script = `'${process.execPath}' '${TOOLGATE}' classify | head -1`;
    const { stdout, stderr } = spawnSync('sh', ['-c', script], { input: rows.join('\n'), encoding: 'utf8' });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^\{"name":"get_0".*\n$/);
  });

  it('takes nothing, and a line of several megabytes', () => {
    expect(toolgate(['classify'])).toEqual({ code: 0, out: '', err: '' });
    const long = JSON.stringify({ name: 'get_x', description: 'x'.repeat(3_000_000) });
    expect(rowsOf(toolgate(['classify'], long).out)).toMatchObject([{ category: 'Unknown' }]);
    const longer = JSON.stringify({ name: 'get_x', description: 'x'.repeat(5_000_000) });
    expect(toolgate(['classify'], longer)).toMatchObject({ code: 2, out: '' });
  });
});

describe('toolgate recommend', () => {
  const tools = listTools('pl');
  const answer = join(folder, 'tools.json');
  writeFileSync(answer, JSON.stringify({ jsonrpc: '2.0', id: 1, result: { tools } }));

  it('writes a policy that validates and passes lint, and says what each rule does', () => {
    const { code, out, err } = toolgate(['recommend', 'tools.json']);
    expect(code).toBe(0);
    writeFileSync(join(folder, 'policy.json'), out);
    expect(toolgate(['policy', 'validate', 'policy.json']).code).toBe(0);
    expect(toolgate(['policy', 'lint', 'policy.json', '--tools', 'tools.json'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('nothing to remark') as string,
    });
    expect(err).toContain(
      'fluentcrm_pause_campaign: Write; allowed, at most 30 a minute per grant. It pauses a campaign, which modifies state reversibly: `fluentcrm_resume_campaign` undoes it.\n',
    );
    expect(err).toContain('fluentcrm_delete_campaign: Destructive; neither listed nor callable.');
    expect(err.trim().split('\n')).toHaveLength(tools.length);
  });

  it.each([
    ['a tools/list answer', JSON.stringify({ result: { tools } })],
    ['a result', JSON.stringify({ tools })],
    ['a list', JSON.stringify(tools)],
    ['lines', tools.map((tool) => JSON.stringify(tool)).join('\n')],
  ])('reads %s from standard input', (_, input) => {
    const { code, out } = toolgate(['recommend', '-', '--json'], input);
    expect(code).toBe(0);
    const { tools: told } = JSON.parse(out) as { tools: { tool: string; effect: string }[] };
    expect(told).toHaveLength(tools.length);
    expect(told[0]).toMatchObject({ tool: 'fluentcrm_list_contacts', category: 'Read', effect: 'allowed' });
  });

  it('shows no control characters of a server on the terminal', () => {
    const { err, out } = toolgate(['recommend', '-'], JSON.stringify([{ name: 'get\u001b[31m\u202e' }]));
    expect(err).toMatch(/^get�\[31m�: Read;/);
    expect(out).toContain('get\\u001b[31m');
  });

  it.each([
    ['nothing', ''],
    ['lines that are no tools', 'a\nb'],
    ['tools without names', '[{"title": "x"}]'],
    ['tools of several servers', '{"server":"a","name":"x"}\n{"server":"b","name":"y"}'],
  ])('refuses %s', (_, input) => {
    const { code, out, err } = toolgate(['recommend', '-'], input);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^toolgate: Standard input holds /);
  });

  it('refuses a file that is not there', () => {
    expect(toolgate(['recommend', 'nowhere.json'])).toMatchObject({ code: 2, out: '' });
  });
});
