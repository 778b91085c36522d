import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Locator, type Page } from 'playwright-core';
import { vi } from 'vitest';
import { ADA, ApiClient, callOnce } from './api.ts';
import { FLUENTCRM, ROOT, serve, throwAwayFolder, type Command } from './command.ts';

/** Chromium of the system; without it the tests of the dashboard are skipped, and the run says so. */
export const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
);
const AXE = readFileSync(join(ROOT, 'node_modules/axe-core/axe.min.js'), 'utf8');
const ARGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
/** How long a page may take on a machine that is busy with something else, in milliseconds. */
const PATIENCE_MS = 20_000;

/** For `vi.waitFor`. */
export const WAIT = { timeout: PATIENCE_MS, interval: 50 };

/** A screen that fits a pocket. */
export const PHONE: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  hasTouch: true,
  isMobile: true,
};
/** The FluentCRM server with its sandbox, as a command of the gateway. */
export const SANDBOX = {
  kind: 'stdio',
  command: process.execPath,
  args: [FLUENTCRM, '--sandbox'],
} as const;

/** A server with the tools of a JSON file, as they stand there when it starts, as a command of the gateway; it answers every call. */
export function serverOfTools(file: string, tools: readonly object[]): object {
  writeFileSync(file, JSON.stringify(tools));
  return { kind: 'stdio', command: process.execPath, args: [LISTED_TOOLS, file] };
}
const LISTED_TOOLS = join(ROOT, 'test/fixtures/stdio/listed-tools.mjs');

/** A gateway of a test's own, and browsers in front of it. */
export class Dashboard {
  readonly dataDir = throwAwayFolder();
  readonly #configuration = join(this.dataDir, 'toolgate.json');
  #gateway: Command | undefined;
  #browser: Browser | undefined;
  readonly #sessions = new Map<string, string>();
  #port = 0;

  /** The address of the gateway. */
  get base(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /**
   * Starts a gateway without servers, whose catalogue knows FluentCRM, and a browser. `more` goes into its configuration; the port is a
   * free one unless somebody must know it beforehand.
   */
  async start(more: object = {}, port = 0): Promise<void> {
    this.#port = port;
    const records = join(this.dataDir, 'records');
    for (const path of ['servers/f/fluentcrm-mcp.json', 'definitions/fluentcrm-mcp.json', 'changes.jsonl'])
      cpSync(join(ROOT, 'catalogue', path), join(records, path));
    writeFileSync(this.#configuration, JSON.stringify({ servers: {}, catalogue: { records }, ...more }));
    await this.startGateway();
    await vi.waitFor(async () => {
      const { status } = await fetch(`${this.base}/tools/fluentcrm-mcp`);
      if (status !== 200) throw new Error(`the catalogue answers ${status}`);
    }, WAIT);
    this.#browser = await chromium.launch({ executablePath: CHROMIUM ?? '', args: ARGS });
  }

  /** Sets more in the configuration file; it counts from the next start. */
  configure(settings: object): void {
    const before = JSON.parse(readFileSync(this.#configuration, 'utf8')) as object;
    writeFileSync(this.#configuration, JSON.stringify({ ...before, ...settings }));
  }

  /** Starts the gateway, at the address that it had before where it had one. */
  async startGateway(): Promise<void> {
    const args = ['--config', this.#configuration, '--port', String(this.#port)];
    const { command, base } = await serve(join(this.dataDir, 'data'), args);
    this.#gateway = command;
    this.#port = Number(new URL(base).port);
  }

  async stopGateway(): Promise<void> {
    await this.#gateway?.stop();
  }

  async stop(): Promise<void> {
    await this.#browser?.close();
    await this.stopGateway();
  }

  /** Opens a page in a browser that knows nothing yet. */
  async open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
    if (this.#browser === undefined) throw new Error('the browser is not started');
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
    context.setDefaultTimeout(PATIENCE_MS);
    const page = await context.newPage();
    await page.goto(path === 'about:blank' ? path : `${this.base}${path}`);
    return page;
  }

  /** Makes the first account and its organisation; resolves to its access to the API. */
  async signUp(): Promise<ApiClient> {
    return ApiClient.withCookie(
      this.base,
      await this.#session('/api/v1/sign-up', { ...ADA, organisation: 'Acme' }),
    );
  }

  /** The access of an account to the API. It is signed in once: who asks too often is made to wait. */
  async apiOf(account: Account): Promise<ApiClient> {
    return ApiClient.withCookie(this.base, await this.#signedIn(account));
  }

  /** Opens a page as somebody who is signed in, in a browser of their own. */
  async openAs(account: Account, path: string, options: BrowserContextOptions = {}): Promise<Page> {
    const cookie = await this.#signedIn(account);
    const page = await this.open('about:blank', options);
    const [name = '', ...value] = cookie.split('=');
    await page.context().addCookies([{ name, value: value.join('='), url: this.base, httpOnly: true }]);
    await page.goto(`${this.base}${path}`);
    await page.locator('#main').waitFor();
    return page;
  }

  #signedIn({ email, password }: Account): Promise<string> {
    return this.#session('/api/auth/sign-in/email', { email, password });
  }

  async #session(path: string, body: Account & Readonly<Record<string, string>>): Promise<string> {
    const known = this.#sessions.get(body.email);
    if (known !== undefined) return known;
    const response = await fetch(`${this.base}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: this.base },
      body: JSON.stringify(body),
    });
    const cookie = response.headers.get('set-cookie')?.split(';')[0];
    if (!response.ok || cookie === undefined)
      throw new Error(`${path}: ${response.status} ${await response.text()}`);
    this.#sessions.set(body.email, cookie);
    return cookie;
  }
}

interface Account {
  readonly email: string;
  readonly password: string;
}

/** Signs in on the page that asks for it. */
export async function signIn(page: Page, { email, password }: Account = ADA): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByRole('textbox', { name: 'Password' }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await page.locator('#main').waitFor();
}

export interface Governed {
  readonly api: ApiClient;
  readonly server: string;
  readonly token: string;
  /** Calls a tool as the agent; resolves to what it reads, with the rule where the gateway decided. */
  readonly call: (tool: string, args: object) => Promise<{ readonly text: string; readonly rule?: string }>;
}

/** An organisation with one server, FluentCRM unless another is given, one policy in force, and one agent. */
export async function govern(
  dashboard: Dashboard,
  document: object,
  [name, connection]: readonly [name: string, connection: object] = ['FluentCRM', SANDBOX],
): Promise<Governed> {
  const api = await dashboard.signUp();
  const server = await api.register(name, connection);
  await api.publish(server, 'main', document);
  const { token } = await api.mint(server, 'night agent', 'main');
  const url = `${dashboard.base}/mcp/${server}/`;
  const call: Governed['call'] = async (tool, args) => {
    const { status, body } = await callOnce(url, token, tool, args);
    const rule = body.result?._meta?.['io.toolgate/decision']?.rule;
    return { text: body.result?.content?.[0]?.text ?? String(status), ...(rule !== undefined && { rule }) };
  };
  return { api, server, token, call };
}

/** What axe objects to on the page as it is. The page's context must bypass the content policy. */
export async function violationsOn(page: Page): Promise<readonly string[]> {
  if ((await page.evaluate<string>('typeof axe')) === 'undefined') await page.evaluate(AXE);
  const { violations } = await page.evaluate<{
    violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
  }>('axe.run()');
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
}

/** Presses Tab until something is focused, as somebody without a mouse does. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  for (let presses = 0; presses < 60; presses++) {
    if (await target.evaluate((element) => element === element.ownerDocument.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error('the keyboard does not get there');
}
