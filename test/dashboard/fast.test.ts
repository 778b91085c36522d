import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Locator, Page, Route } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { ADA, callOnce } from '../support/api.ts';
import { ROOT } from '../support/command.ts';
import { CHROMIUM, Dashboard, serverOfTools, WAIT } from '../support/dashboard.ts';

/** What the first script may weigh, compressed. */
const MOST_BYTES = 250_000;
const TOOLS = 500;
const CALLS = 10_000;
const AT_ONCE = 20;
/** Elements that a view may hold, however much there is to show. */
const MOST_ELEMENTS = 3_000;
/** What a view may do until it shows something, beside a page of the same frame that has nothing to show. */
const MOST_WORK = 7;
/** What agents reach is told from the tools of every server: its list comes first. */
const MOST_ROUNDS_OF_OVERVIEW = 3;

/** How often each view is opened to say how long it takes. */
const ROUNDS = 5;

const VERBS = ['list', 'get', 'create', 'update', 'delete', 'send', 'pause', 'run'];
const MANY = Array.from({ length: TOOLS }, (_, i) => ({
  name: `${VERBS[i % VERBS.length] ?? ''}_thing_${i}`,
  description: `Works on things of kind ${i}.`,
  inputSchema: { type: 'object', properties: { id: { type: 'integer' }, note: { type: 'string' } } },
}));

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
    server = await api.register('Many', serverOfTools(join(dashboard.dataDir, 'many.json'), MANY));
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

  /** Every view with what people come for. */
  const views = (): readonly (readonly [path: string, content: string])[] => [
    ['/app/', 'Most called tools'],
    ['/app/servers', 'Many'],
    [`/app/servers/${server}/tools`, '_thing_'],
    [`/app/servers/${server}/policies/main`, '_thing_'],
    ['/app/logs', '_thing_'],
    ['/app/approvals', 'Nothing waits'],
    ['/app/settings/audit', 'published policy'],
  ];

  /** The others, where there is less to show. */
  const others = (): ReturnType<typeof views> => [
    [`/app/servers/${server}`, '1 in force'],
    [`/app/servers/${server}/policies`, 'Carried by 1 live grant'],
    [`/app/servers/${server}/grants`, 'Policy main'],
    [`/app/servers/${server}/connection`, 'listed-tools.mjs'],
    [`/app/servers/${server}/settings`, 'When a tool is not as it was accepted'],
    [`/app/servers/${server}/policies/main?version=1`, '_thing_'],
    ['/app/start', 'go on with a server that you have'],
    ['/app/settings/account', 'This browser'],
    ['/app/settings/organisation', 'Founded'],
    ['/app/settings/members', ADA.email],
    ['/app/settings/keys', 'No API keys yet'],
    ['/app/settings/webhooks', 'No webhooks yet'],
  ];

  it('draws no more than what is in sight, and says how long that took', { timeout: 600_000 }, async () => {
    const page = await dashboard.openAs(ADA, '/app/settings/account');
    for (const [path, content] of [...views(), ...others()]) {
      const times: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        // what the page before still does is not part of this one
        await page.evaluate(IDLE);
        await page.goto(`${dashboard.base}${path}`, { waitUntil: 'commit' });
        times.push(await page.evaluate<number>(shown(content)));
      }
      const elements = await page.evaluate<number>("document.querySelectorAll('*').length");
      console.info(`${path.replace(server, '…')}: ${inWords(times)}, ${elements} elements`);
      expect(elements, path).toBeLessThan(MOST_ELEMENTS);
    }
    for (const [path, content] of [...views(), ...others()]) {
      const times: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        await page.goto(`${dashboard.base}/app/nothing`);
        await page.getByText('There is no such page').waitFor();
        await page.evaluate(IDLE);
        times.push(await page.evaluate<number>(gone(path, content)));
      }
      console.info(`${path.replace(server, '…')} from another page: ${inWords(times)}`);
    }
    await page.context().close();
  });

  it(
    'asks for all that a view shows first at once, and for nothing twice',
    { timeout: 120_000 },
    async () => {
      const page = await dashboard.openAs(ADA, '/app/settings/account');
      for (const [path, content] of [...views(), ...others()]) {
        const { rounds, asked } = await roundsOf(page, `${dashboard.base}${path}`, content);
        expect(rounds, path).toBeLessThanOrEqual(path === '/app/' ? MOST_ROUNDS_OF_OVERVIEW : 1);
        expect(
          asked.filter((url, index) => asked.indexOf(url) < index),
          path,
        ).toEqual([]);
      }
      await page.context().close();
    },
  );

  it('shows rows wherever somebody scrolls to', { timeout: 120_000 }, async () => {
    const page = await dashboard.openAs(ADA, '/app/settings/account');
    const lists = [
      [`/app/servers/${server}/tools`, '[aria-label="Tools"]'],
      [`/app/servers/${server}/policies/main`, '[aria-label="Tools of the server"]'],
      ['/app/logs', '[role="table"] > [role="rowgroup"]:last-child'],
    ] as const;
    for (const [path, list] of lists) {
      await page.goto(`${dashboard.base}${path}`);
      await page.locator(list).locator(':scope > *').nth(3).waitFor();
      expect(await gapsOf(page, list), path).toBe(0);
      expect(await page.evaluate<number>('scrollY'), path).toBeGreaterThan(3_000);
    }
    await page.context().close();
  });

  it('works little more for a view than for a page without anything', { timeout: 120_000 }, async () => {
    const page = await dashboard.openAs(ADA, '/app/settings/account');
    const nothing = await leastWorkOf(page, `${dashboard.base}/app/nothing`, 'There is no such page');
    for (const [path, content] of views()) {
      const work = (await leastWorkOf(page, `${dashboard.base}${path}`, content)) / nothing;
      console.info(`${path.replace(server, '…')}: ${work.toFixed(1)} times the work of an empty page`);
      expect(work, path).toBeLessThan(MOST_WORK);
    }
    await page.context().close();
  });
});

/** The gaps between rows that somebody sees who scrolls: points on the list behind which there is no row, in any frame. */
async function gapsOf(page: Page, list: string): Promise<number> {
  let gaps = 0;
  await page.mouse.move(300, 600);
  for (let turn = 0; turn < 12; turn++) {
    await page.mouse.wheel(0, 900);
    gaps += await page.evaluate<number>(`(async () => {
      let gaps = 0;
      for (let frame = 0; frame < 5; frame++) {
        await new Promise(requestAnimationFrame);
        const list = document.querySelector(${JSON.stringify(list)});
        const { left, top, bottom } = list.getBoundingClientRect();
        for (const y of [120, 300, 450, 600, 780]) {
          if (y < top || y > bottom) continue;
          const there = document.elementFromPoint(left + 60, y);
          if (there === list || !list.contains(there)) gaps++;
        }
      }
      return gaps;
    })()`);
  }
  return gaps;
}

/** How long nothing more is asked once all is asked that needs no answer; and how long content may take to be drawn, in milliseconds. */
const QUIET_MS = 400;
const DRAWN_MS = 5_000;

/** Holds every answer of the API until nothing more is asked, round by round; gives how many rounds it took to see the content. */
async function roundsOf(
  page: Page,
  address: string,
  content: string,
): Promise<{ readonly rounds: number; readonly asked: readonly string[] }> {
  const asked: string[] = [];
  let held: Route[] = [];
  const hold = (route: Route): void => {
    const url = new URL(route.request().url());
    // more of the same is the same
    url.searchParams.delete('limit');
    asked.push(url.href);
    held.push(route);
  };
  await page.route('**/api/v1/**', hold);
  await page.goto(address, { waitUntil: 'commit' });
  const seen = page.locator('#main', { hasText: content });
  let rounds = 0;
  do {
    await quiet(() => asked.length);
    rounds += 1;
    const now = held;
    held = [];
    await Promise.all(now.map((route) => route.continue()));
  } while (!(await isThere(seen)));
  await page.unrouteAll({ behavior: 'ignoreErrors' });
  return { rounds, asked };
}

/** Resolves when a number above zero has not changed for a while. */
async function quiet(read: () => number): Promise<void> {
  for (let before = 0; before === 0 || before !== read();) {
    before = read();
    await new Promise((done) => setTimeout(done, QUIET_MS));
  }
}

async function isThere(locator: Locator): Promise<boolean> {
  return locator.waitFor({ timeout: DRAWN_MS }).then(
    () => true,
    () => false,
  );
}

/** The least work of three loads: what comes beside the content, such as the editor, may be there before it. */
async function leastWorkOf(page: Page, address: string, content: string): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < 3; turn++) least = Math.min(least, await workOf(page, address, content));
  return least;
}

/** How many functions a page calls until its content is there: nearly the same on every machine. */
async function workOf(page: Page, address: string, content: string): Promise<number> {
  const session = await page.context().newCDPSession(page);
  await session.send('Profiler.enable');
  await session.send('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  await page.goto(address, { waitUntil: 'commit' });
  await page.evaluate<number>(shown(content));
  const { result } = await session.send('Profiler.takePreciseCoverage');
  await session.detach();
  return result
    .filter(({ url }) => url.includes('/app/assets/'))
    .flatMap(({ functions }) => functions.map(({ ranges: [whole] }) => whole?.count ?? 0))
    .reduce((sum, count) => sum + count, 0);
}

function inWords(times: readonly number[]): string {
  const median = times.toSorted((a, b) => a - b)[times.length >> 1];
  return `median ${median} ms (${times.join(', ')})`;
}

/** Resolves when a page has nothing more to do, a few times one after the other; or after a second, on a machine that is never idle. */
const IDLE = `new Promise((done) => {
  const begun = performance.now();
  let times = 0;
  const look = (deadline) => {
    times = deadline.timeRemaining() > 40 ? times + 1 : 0;
    if (times < 4 && performance.now() - begun < 1000) requestIdleCallback(look, { timeout: 200 });
    else done();
  };
  requestIdleCallback(look, { timeout: 200 });
})`;

/** Goes to a page as a link does; resolves to the milliseconds until a text is on it. */
function gone(path: string, text: string): string {
  return `new Promise((done) => {
    const begun = performance.now();
    history.pushState(null, '', ${JSON.stringify(path)});
    const look = () => document.getElementById('main')?.textContent.includes(${JSON.stringify(text)})
      ? done(Math.round(performance.now() - begun))
      : requestAnimationFrame(look);
    look();
  })`;
}

/** Resolves to the milliseconds since the navigation when a text is on the page. */
function shown(text: string): string {
  return `new Promise((done) => {
    const look = () => document.getElementById('main')?.textContent.includes(${JSON.stringify(text)})
      ? done(Math.round(performance.now()))
      : requestAnimationFrame(look);
    look();
  })`;
}
