import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Violations planted into a copy of the lint configuration: each must be reported, each good import must not. */
const root = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'toolgate-imports-'));
let report = '';

const BAD: readonly [file: string, from: string][] = [
  ['src/policy/planted.ts', '#gateway'],
  ['src/policy/planted-fs.ts', 'node:fs'],
  ['src/mcp/planted.ts', '#policy'],
  ['src/risk/planted.ts', '#platform'],
  ['src/platform/planted.ts', '#store'],
  ['src/store/sqlite/planted.ts', '#quota'],
  ['src/quota/planted.ts', '#records'],
  ['src/records/planted.ts', '#upstream'],
  ['src/upstream/http/planted.ts', '#gateway'],
  ['src/gateway/planted.ts', '#cli'],
  ['src/gateway/planted-catalogue.ts', '#catalogue'],
  ['src/approvals/planted.ts', '#notifications'],
  ['src/notifications/planted.ts', '#upstream'],
  ['src/control/planted.ts', '#gateway'],
  ['src/control/servers/planted.ts', '#catalogue'],
  ['src/records/planted-control.ts', '#control'],
  ['src/catalogue/planted.ts', '#gateway'],
  ['src/catalogue/pages/planted.ts', '#fluentcrm'],
  ['src/catalogue/pages/planted-path.ts', '../../records/records.ts'],
  ['src/store/sqlite/planted-catalogue.ts', '#catalogue/build'],
  ['web/src/planted.tsx', '#control'],
  ['web/src/pages/logs/planted.tsx', '../servers/tool-list.tsx'],
  ['web/src/pages/logs/planted-address.ts', '../start/start-address.ts'],
  ['web/src/pages/logs/planted-path.tsx', '../../pages/servers/tool-list.tsx'],
  ['web/src/pages/logs/planted-control.ts', '#control'],
  ['web/src/parts/planted.tsx', '../pages/servers/tool-list.tsx'],
  ['web/src/parts/chart/planted.tsx', '../../pages/servers/tool-list.tsx'],
  ['web/src/api/planted.ts', '#store'],
  ['src/fluentcrm/planted.ts', '#platform'],
  ['src/gateway/planted-path.ts', '../policy/decide.ts'],
  ['src/upstream/http/planted-path.ts', '../../store/ports.ts'],
];
const GOOD: readonly [file: string, from: string][] = [
  ['src/policy/good.ts', '#risk'],
  ['src/gateway/good.ts', '#policy'],
  ['src/upstream/http/good.ts', '../upstream.ts'],
  ['src/catalogue/pages/good.ts', '#store'],
  ['src/catalogue/pages/good-path.ts', '../records/slug.ts'],
  ['src/control/servers/good.ts', '#approvals'],
  ['web/src/good.tsx', '#policy'],
  ['web/src/pages/logs/good.tsx', '../../parts/problem.tsx'],
  ['web/src/pages/logs/good-own.tsx', './log-row.tsx'],
  ['web/src/pages/logs/good-policy.ts', '#policy'],
  ['web/src/pages/good.tsx', '../parts/problem.tsx'],
  ['web/src/shell/good.ts', '../pages/servers/tab-code.ts'],
  ['src/cli/good.ts', '#gateway'],
  ['src/cli/good-control.ts', '#control'],
  ['src/cli/good-catalogue.ts', '#catalogue/build'],
];

beforeAll(() => {
  cpSync(join(root, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const [file, from] of [...BAD, ...GOOD]) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), `import { thing } from '${from}';\n\nexport const planted = thing;\n`);
  }
  const run = spawnSync(join(root, 'node_modules/.bin/oxlint'), ['--format=unix', 'src', 'web'], {
    cwd: folder,
    encoding: 'utf8',
  });
  report = run.stdout + run.stderr;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const isReported = (file: string): boolean =>
  report.split('\n').some((line) => line.includes(file) && line.includes('no-restricted-imports'));

describe('imports run one way', () => {
  it.each(BAD)('%s may not import %s', (file) => {
    expect(isReported(file)).toBe(true);
  });

  it.each(GOOD)('%s may import %s', (file) => {
    expect(isReported(file)).toBe(false);
  });
});
