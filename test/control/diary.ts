import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { callOnce } from '../support/api.ts';
import { run, TOOLGATE } from '../support/command.ts';
import type { Place, Secret } from '../support/secret-search.ts';

interface Said {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

interface AskOptions {
  readonly body?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Everything secret that a gateway was told, and everything that it said. */
export class Diary {
  readonly secrets: Secret[] = [];
  readonly places: Place[] = [];
  readonly #dataDir: string;
  readonly #databaseUrl: string | undefined;
  /** Where the gateway listens. */
  base = '';
  /** Of the session that asks now. */
  #cookie = '';

  constructor(dataDir: string, databaseUrl?: string) {
    this.#dataDir = dataDir;
    this.#databaseUrl = databaseUrl;
  }

  /** A new secret; `shownIn` are the places that show it on purpose. */
  secret(name: string, shownIn: Secret['shownIn'] = {}): string {
    return this.keep(
      name,
      `${randomBytes(9).toString('hex')}-${randomBytes(12).toString('base64url')}`,
      shownIn,
    );
  }

  keep(name: string, value: string, shownIn: Secret['shownIn'] = {}): string {
    this.secrets.push({ name, value, shownIn });
    return value;
  }

  /** Asks as a browser does, and keeps what is said. */
  async ask(
    method: string,
    path: string,
    { body, text, headers = {} }: AskOptions = {},
    as = '',
  ): Promise<Said> {
    const sent = text ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await fetch(`${this.base}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        origin: this.base,
        ...(this.#cookie !== '' && { cookie: this.#cookie }),
        ...(sent !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(sent !== undefined && { body: sent }),
    });
    const said = { status: response.status, headers: response.headers, text: await response.text() };
    const name = as === '' ? `answer to ${method} ${path.split('?')[0] ?? ''}` : `answer: ${as}`;
    this.note(name, `${said.status}\n${[...said.headers].flat().join('\n')}\n${said.text}`);
    return said;
  }

  note(name: string, text: string): void {
    this.places.push({ name, text: Buffer.from(text).toString('latin1') });
  }

  /** The same, for what must succeed. */
  async get<T>(method: string, path: string, options: AskOptions = {}, as = ''): Promise<T> {
    const { status, text } = await this.ask(method, `/api/v1${path}`, options, as);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  async signedIn(as: string, path: string, body: object): Promise<void> {
    const { status, headers, text } = await this.ask('POST', path, { body }, as);
    this.#cookie = headers.getSetCookie()[0]?.split(';')[0] ?? '';
    if (status >= 300 || this.#cookie === '') throw new Error(`${as}: ${status} ${text}`);
    const [token = '', signature = ''] = decodeURIComponent(this.#cookie.split('=')[1] ?? '').split('.');
    const shownIn = { [`answer: ${as}`]: 'the session that was opened, as a cookie' };
    this.keep(`token of the session of ${as}`, token, shownIn);
    this.keep(`signature of the session of ${as}`, signature, shownIn);
  }

  /** Calls a tool as an agent does. */
  async call(as: string, server: string, token: string, tool: string, args: object): Promise<void> {
    const { status, body } = await callOnce(`${this.base}/mcp/${server}/`, token, tool, args);
    if (status === 401) throw new Error(`${as}: the token is not taken`);
    this.note(`agent ${as}`, `${status} ${JSON.stringify(body)}`);
  }

  async command(...args: string[]): Promise<void> {
    const { code, stdout, stderr } = await run(TOOLGATE, [...args, '--data', this.#dataDir], {
      env: {
        TOOLGATE_LOG: 'debug',
        ...(this.#databaseUrl !== undefined && { TOOLGATE_DATABASE_URL: this.#databaseUrl }),
      },
    });
    this.note(`command ${args.join(' ')}`, `${stdout}\n${stderr}`);
    if (code !== 0) throw new Error(`${args.join(' ')}: ${String(code)} ${stderr}`);
  }

  /** The keys that the gateway made for itself. */
  keepKeys(): void {
    for (const name of ['toolgate.key', 'accounts.key', 'session.key']) {
      const path = join(this.#dataDir, name);
      if (!existsSync(path)) continue;
      const keys = readFileSync(path, 'latin1').match(/[\w+/=-]{32,}/g) ?? [];
      const shownIn = { [`file ${name}`]: 'its own file, which only its owner reads' };
      for (const [at, value] of keys.entries()) this.keep(`${name}, ${String(at)}`, value, shownIn);
    }
  }
}
