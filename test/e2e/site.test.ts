import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { validatePolicy } from '#policy';
import { Command, ROOT, throwAwayFolder, TOOLGATE } from '../support/command.ts';

/** Chromium of the system; without it these tests are skipped, and the run says so. */
const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
  existsSync(path),
);
const AXE = readFileSync(join(ROOT, 'node_modules/axe-core/axe.min.js'), 'utf8');

/** One page of each kind. */
const PAGES = [
  '/',
  '/tools/fluentcrm-mcp',
  '/tools/fluentcrm-mcp/fluentcrm-pause-campaign',
  '/tools/fluentcrm-mcp/fluentcrm-delete-contact',
  '/app/start/fluentcrm-mcp/fluentcrm-pause-campaign',
  '/risk',
  '/risk/critical',
  '/category/destructive',
  '/attacks',
  '/attacks/runaway-tool-loops',
  '/search?q=campaign',
  '/check',
  '/contact',
  '/tools/no-such-server',
];

describe.skipIf(CHROMIUM === undefined)('the public pages in a browser', () => {
  let serve: Command;
  let browser: Browser;
  let base = '';
  const folder = throwAwayFolder();

  beforeAll(async () => {
    // without a dashboard the pages have a way into force of their own (test/dashboard/ walks the other), and
    // a catalogue of its own: the shipped records of our server and of a few others
    const records = join(folder, 'records');
    for (const path of [
      'servers/f/fluentcrm-mcp.json',
      'definitions/fluentcrm-mcp.json',
      'changes.jsonl',
      'unanswered.jsonl',
    ])
      cpSync(join(ROOT, 'catalogue', path), join(records, path));
    cpSync(join(ROOT, 'catalogue/servers/m'), join(records, 'servers/m'), { recursive: true });
    const configuration = JSON.parse(readFileSync(join(ROOT, 'examples/toolgate.json'), 'utf8')) as object;
    mkdirSync(join(folder, 'examples'));
    cpSync(join(ROOT, 'examples/policies'), join(folder, 'examples/policies'), { recursive: true });
    const file = join(folder, 'examples/toolgate.json');
    writeFileSync(
      file,
      JSON.stringify({
        ...configuration,
        $schema: undefined,
        catalogue: { records },
        control: false,
      }).replace('../bin/fluentcrm-mcp', join(ROOT, 'bin/fluentcrm-mcp')),
    );
    serve = new Command(TOOLGATE, ['serve', '--port', '0', '--config', file, '--data', join(folder, 'data')]);
    base = (await serve.shows(/ready on (http:\/\/\S+)/))[1] ?? '';
    await indexed(base);
    browser = await chromium.launch({
      executablePath: CHROMIUM ?? '',
      args: [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await serve?.stop();
  });

  async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext(options);
    const page = await context.newPage();
    await page.goto(`${base}${path}`);
    return page;
  }

  it('lead from a search over a tool to its policy in force', async () => {
    const page = await open('/', { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.locator('input[name=q]').first().fill('pause campaign');
    await page.getByRole('button', { name: 'Search' }).first().click();
    await page.getByRole('link', { name: 'fluentcrm_pause_campaign' }).first().click();
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toBe('fluentcrm_pause_campaign');
    await page.getByRole('button', { name: /^Copy/ }).first().click();
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    const policy = JSON.parse(copied) as { tools: object };
    expect(validatePolicy(policy)).toMatchObject({ ok: true });
    expect(policy.tools).toEqual({
      fluentcrm_pause_campaign: {
        limits: [{ counter: 'fluentcrm_pause_campaign_rate', window: 'minute', max: 30, scope: 'grant' }],
      },
    });
    await page.getByRole('link', { name: 'Put this policy in force' }).click();
    expect(new URL(page.url()).pathname).toBe('/app/start/fluentcrm-mcp/fluentcrm-pause-campaign');
    const filled = await page.getByRole('textbox').first().inputValue();
    expect(JSON.parse(filled)).toEqual(policy);
    await page.context().close();
  });

  it('find what one types, in any language', async () => {
    const page = await open('/search?q=wstrzymuje');
    expect(await page.getByRole('link', { name: 'fluentcrm_pause_campaign' }).count()).toBeGreaterThan(0);
    await page.context().close();
  });

  it.each(PAGES)('have nothing that axe objects to, in light and dark and on a phone: %s', async (path) => {
    const looks: BrowserContextOptions[] = [
      { colorScheme: 'light' },
      { colorScheme: 'dark' },
      { viewport: { width: 390, height: 844 } },
    ];
    for (const look of looks) {
      const page = await open(path, { ...look, bypassCSP: true });
      await page.evaluate(AXE);
      const found = await page.evaluate<{ violations: { id: string; nodes: { html: string }[] }[] }>(
        'axe.run()',
      );
      expect(
        found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`),
      ).toEqual([]);
      if (look.viewport)
        expect(await page.evaluate('document.documentElement.scrollWidth'), path).toBeLessThanOrEqual(390);
      await page.context().close();
    }
  });

  it('are read without a script', async () => {
    const page = await open('/tools/fluentcrm-mcp/fluentcrm-pause-campaign', { javaScriptEnabled: false });
    const text = await page.locator('main').innerText();
    for (const part of ['Wstrzymuje kampanię', '"max": 30', 'fluentcrm_resume_campaign'])
      expect(text).toContain(part);
    await page.context().close();
  });

  it('paint at once, do not shift, and are small', async () => {
    const page = await open('about:blank'.replace('about:blank', '/risk'));
    const sizes: number[] = [];
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Network.setCacheDisabled', { cacheDisabled: true });
    session.on('Network.loadingFinished', ({ encodedDataLength }) => sizes.push(encodedDataLength));
    await page.goto(`${base}/tools/fluentcrm-mcp/fluentcrm-pause-campaign`, { waitUntil: 'networkidle' });
    const seen = await page.evaluate<{
      shift: number;
      paints: string[];
      scripts: number;
    }>(`new Promise((done) => {
      let shift = 0;
      new PerformanceObserver((list) => { for (const entry of list.getEntries()) shift += entry.value; })
        .observe({ type: 'layout-shift', buffered: true });
      requestAnimationFrame(() => requestAnimationFrame(() => done({
        shift,
        paints: performance.getEntriesByType('paint').map(({ name }) => name),
        scripts: [...document.scripts].filter((script) => script.src && !script.defer && script.type !== 'module').length,
      })));
    })`);
    expect(seen).toEqual({
      shift: 0,
      paints: expect.arrayContaining(['first-contentful-paint']) as string[],
      scripts: 0,
    });
    const bytes = sizes.reduce((sum, size) => sum + size, 0);
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(60 * 1024);
    await page.context().close();
  });

  it('show a pasted stack by risk, with a policy for each server', async () => {
    const page = await open('/check');
    await page
      .getByRole('textbox')
      .first()
      .fill(
        JSON.stringify({
          mcpServers: {
            mail: { command: 'fluentcrm-mcp', args: [], env: { FLUENTCRM_API_PASSWORD: 'hunter2' } },
            files: { command: 'npx', args: ['-y', 'mcp-ripgrep'] },
          },
        }),
      );
    await page.getByRole('button', { name: /check/i }).click();
    const text = await page.locator('main').innerText();
    expect(text).toMatch(/^files$/m);
    expect(text).toContain('5 tools: 5 Read');
    expect(text).not.toContain('hunter2');
    await page.context().close();
  });

  it('take a message', async () => {
    const page = await open('/contact');
    await page.getByLabel(/name/i).first().fill('Reader');
    await page.getByLabel(/mail/i).first().fill('reader@example.com');
    await page
      .getByLabel(/message/i)
      .first()
      .fill('The class of a tool is wrong.');
    await page.getByRole('button', { name: /send/i }).click();
    await page.getByText('Message sent.').waitFor();
    await page.context().close();
  });
});

/** Resolves when the pages no longer say that the index is being made. */
async function indexed(base: string): Promise<void> {
  for (;;) {
    const { status } = await fetch(`${base}/tools/fluentcrm-mcp`);
    if (status === 200) return;
    if (status !== 503) throw new Error(`the server page answered ${status}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
