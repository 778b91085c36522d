import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfiguration } from '#platform';
import { compilePolicy, decide, readPolicy } from '#policy';

/** Everything in README and docs that is code or JSON is taken out and run, so that none of it can go stale. */
interface Block {
  readonly file: string;
  readonly line: number;
  readonly language: string;
  /** Words behind the language: `policy`, `fragment`, `file=NAME` … */
  readonly words: readonly string[];
  readonly text: string;
}

const root = resolve(import.meta.dirname, '../..');
const toolgate = join(root, 'bin/toolgate');
const folder = mkdtempSync(join(tmpdir(), 'toolgate-docs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const files = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  ...readdirSync(join(root, 'docs/decisions')).map((name) => `docs/decisions/${name}`),
];

function blocksOf(file: string): Block[] {
  const lines = readFileSync(join(root, file), 'utf8').split('\n');
  const blocks: Block[] = [];
  for (let i = 0; i < lines.length; i++) {
    const fence = /^```(\S*)(.*)$/.exec(lines[i] ?? '');
    if (!fence) continue;
    const start = i + 1;
    while (++i < lines.length && lines[i] !== '```');
    const words = (fence[2] ?? '').split(' ').filter((word) => word !== '');
    blocks.push({
      file,
      line: start,
      language: fence[1] ?? '',
      words,
      text: lines.slice(start, i).join('\n'),
    });
  }
  return blocks;
}

const blocks = files.flatMap(blocksOf);
const titled = (wanted: (block: Block) => boolean): [string, Block][] =>
  blocks.filter(wanted).map((block) => [`${block.file}:${block.line}`, block]);
const isPolicy = (block: Block): boolean =>
  block.language === 'json' &&
  /"version":\s*"1"/.test(block.text) &&
  !block.words.includes('configuration') &&
  !block.words.includes('fragment');

describe('JSON in README and docs', () => {
  it.each(titled((block) => block.language === 'json'))('%s is JSON', (_, block) => {
    // a fragment may be the members of an object without its braces
    const isBare = block.words.includes('fragment') && !/^\s*[[{]/.test(block.text);
    expect(() => JSON.parse(isBare ? `{${block.text}}` : block.text) as unknown).not.toThrow();
  });

  it.each(titled(isPolicy))('%s is a valid policy that decides', (_, block) => {
    const read = readPolicy(block.text);
    expect(read).toMatchObject({ ok: true });
    if (!read.ok) return;
    const decision = decide(
      compilePolicy(read.document, { name: 'doc', version: '1' }),
      { tool: 'x', arguments: {} },
      undefined,
    );
    expect(decision.outcome).toMatch(/allow|deny|hold/);
  });

  it.each(titled((block) => block.words.includes('configuration')))(
    '%s is a valid configuration',
    (_, block) => {
      const file = join(folder, 'toolgate.json');
      writeFileSync(file, block.text);
      expect(loadConfiguration(file, {}).configuration.servers).toBeDefined();
    },
  );
});

describe('commands in README and docs', () => {
  for (const block of blocks.filter(({ words }) => words.some((word) => word.startsWith('file=')))) {
    const name = block.words.find((word) => word.startsWith('file='))?.slice(5) ?? '';
    writeFileSync(join(folder, name), block.text);
  }
  const lines = blocks
    .filter(({ language }) => language === 'sh')
    .flatMap((block) => block.text.split('\n').map((line): [string, string] => [block.file, line.trim()]))
    .filter(([, line]) => line !== '' && !line.startsWith('#'));
  // Serving and testing are run by the end-to-end tests and by the very command that runs this test.
  const isRunElsewhere = (line: string): boolean => /^npm (ci|test|start|run)/.test(line);

  it.each(lines.filter(([, line]) => /^(\.\/bin\/)?toolgate policy /.test(line)))('%s: %s', (_, line) => {
    const shell = line.replace(/^(\.\/bin\/)?toolgate/, `'${toolgate}'`);
    const run = spawnSync('sh', ['-c', shell], { cwd: folder, encoding: 'utf8' });
    expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: '' });
  });

  it.each(lines.filter(([, line]) => !isRunElsewhere(line)))(
    '%s: %s names a command and options that exist',
    (_, line) => {
      const [command, ...words] = line.replace(/^\.\/bin\//, '').split(/\s+/);
      if (command !== 'toolgate') {
        expect(command).toMatch(/^(fluentcrm-mcp|npm|npx|node|curl)$/);
        return;
      }
      const named = words.slice(0, words[0] === 'policy' || words[0] === 'grants' ? 2 : 1);
      const help = execFileSync(toolgate, [...named, '--help'], { encoding: 'utf8' });
      const own = words.includes('--') ? words.slice(0, words.indexOf('--')) : words;
      for (const option of own.filter((word) => word.startsWith('--'))) expect(help).toContain(option);
    },
  );
});

describe('links in README and docs', () => {
  it.each(files)('%s points at files that exist', (file) => {
    const text = readFileSync(join(root, file), 'utf8');
    const targets = [...text.matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(
      (match) => match[1] ?? '',
    );
    const missing = targets.filter((target) => !existsSync(resolve(root, file, '..', target)));
    expect(missing).toEqual([]);
  });
});
