import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ADA, callOnce } from '../support/api.ts';
import { ROOT } from '../support/command.ts';
import { CHROMIUM, Dashboard, WAIT } from '../support/dashboard.ts';

/** What the first script may weigh, compressed. */
const MOST_BYTES = 250_000;
const TOOLS = 500;
const CALLS = 10_000;
const AT_ONCE = 20;
/** Elements that a view may hold, however much there is to show. */
const MOST_ELEMENTS = 3_000;

/** A server of many tools, which answers every call. */
const SERVER = `
import { createInterface } from 'node:readline';
const verbs = ['list', 'get', 'create', 'update', 'delete', 'send', 'pause', 'run'];
const inputSchema = { type: 'object', properties: { id: { type: 'integer' }, note: { type: 'string' } } };
const tools = Array.from({ length: ${TOOLS} }, (_, i) => ({
  name: verbs[i % verbs.length] + '_thing_' + i,
  description: 'Works on things of kind ' + i + '.',
  inputSchema,
}));
const serverInfo = { name: 'many', version: '1' };
const answers = {
  initialize: { protocolVersion: '2025-06-18', capabilities: { tools: {} }, serverInfo },
  'tools/list': { tools },
  'tools/call': { content: [{ type: 'text', text: 'done' }] },
};
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method } = JSON.parse(line);
  if (id === undefined) return;
  const result = answers[method];
  const rest = result ? { result } : { error: { code: -32601, message: 'not here' } };
  process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, ...rest }) + '\\n');
});
`;

it('loads little before the first page shows', () => {
  const page = readFileSync(join(ROOT, 'dist/web/index.html'), 'utf8');
  const scripts = [...page.matchAll(/(?:src|href)="\/app\/(assets\/[^"]+\.js)"/g)].map(([, path = '']) =>
    readFileSync(join(ROOT, 'dist/web', path)),
  );
  expect(scripts.length).toBeGreaterThan(0);
  const bytes = scripts.reduce((sum, script) => sum + gzipSync(script).length, 0);
  console.info(`the first script, compressed: ${Math.round(bytes / 1000)} kB`);
  expect(bytes).toBeLessThan(MOST_BYTES);
});

describe.skipIf(CHROMIUM === undefined)(`with ${CALLS} calls in the log and ${TOOLS} tools`, () => {
  const dashboard = new Dashboard();
  let server = '';
  beforeAll(async () => {
    await dashboard.start();
    const api = await dashboard.signUp();
    const file = join(dashboard.dataDir, 'many-tools.mjs');
    writeFileSync(file, SERVER);
    server = await api.register('Many', { kind: 'stdio', command: process.execPath, args: [file] });
    await api.publish(server, 'main', {
      version: '1',
      default: 'allow',
      tools: { 'delete_*': { action: 'deny' } },
    });
    const { token } = await api.mint(server, 'agent', 'main');
    const call = (index: number): Promise<{ readonly status: number }> =>
      callOnce(`${dashboard.base}/mcp/${server}/`, token, index % 3 ? 'list_thing_0' : 'delete_thing_4', {
        id: index,
      });
    await vi.waitFor(async () => {
      const { status } = await call(0);
      if (status !== 200) throw new Error(`the gateway answers ${status}`);
    }, WAIT);
    let made = 0;
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        while (made < CALLS) await call(made++);
      }),
    );
  }, 180_000);
  afterAll(() => dashboard.stop());

  it('draws no more than what is in sight, and says how long that took', { timeout: 120_000 }, async () => {
    const page = await dashboard.openAs(ADA, '/app/settings/account');
    const of = `/app/servers/${server}`;
    const views: readonly (readonly [string, string])[] = [
      ['/app/', 'Most called tools'],
      ['/app/servers', 'Many'],
      [`${of}/tools`, 'delete_thing_'],
      [`${of}/policies/main`, '_thing_'],
      ['/app/logs', '_thing_'],
      ['/app/approvals', 'Nothing waits'],
      ['/app/settings/audit', 'Intact'],
    ];
    for (const [path, content] of views) {
      const times: number[] = [];
      for (let round = 0; round < 3; round++) {
        await page.goto(`${dashboard.base}${path}`, { waitUntil: 'commit' });
        times.push(await page.evaluate<number>(shown(content)));
      }
      const elements = await page.evaluate<number>("document.querySelectorAll('*').length");
      console.info(`${path.replace(server, '…')}: ${times.join(', ')} ms, ${elements} elements`);
      expect(elements, path).toBeLessThan(MOST_ELEMENTS);
    }
    await page.context().close();
  });
});

/** Resolves to the milliseconds since the navigation when a text is on the page. */
function shown(text: string): string {
  return `new Promise((done) => {
    const look = () => document.getElementById('main')?.textContent.includes(${JSON.stringify(text)})
      ? done(Math.round(performance.now()))
      : requestAnimationFrame(look);
    look();
  })`;
}
