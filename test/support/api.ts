import { request } from 'node:http';

/** What the API answered: its status, and its body as JSON (undefined where there is none). */
export interface ApiAnswer {
  readonly status: number;
  readonly body: unknown;
}

export const ADA = { name: 'Ada', email: 'ada@example.com', password: 'correct horse battery' } as const;

/** A caller of the control API of a built gateway: a person with a session, or a script with a key. */
export class ApiClient {
  readonly base: string;
  readonly #credential: Readonly<Record<string, string>>;

  private constructor(base: string, credential: Readonly<Record<string, string>>) {
    this.base = base;
    this.#credential = credential;
  }

  /** Makes the first account and organisation of a gateway. */
  static async signUp(base: string): Promise<ApiClient> {
    return signedIn(base, '/api/v1/sign-up', { ...ADA, organisation: 'Acme' });
  }

  static async signIn(base: string, account: { email: string; password: string }): Promise<ApiClient> {
    return signedIn(base, '/api/auth/sign-in/email', account);
  }

  static withCookie(base: string, cookie: string): ApiClient {
    return new ApiClient(base, { cookie });
  }

  static withKey(base: string, token: string): ApiClient {
    return new ApiClient(base, { authorization: `Bearer ${token}` });
  }

  /** The same caller, at a gateway that was started again or elsewhere. */
  at(base: string): ApiClient {
    return new ApiClient(base, this.#credential);
  }

  /** Asks, whatever the answer is. */
  async ask(method: string, path: string, body?: unknown): Promise<ApiAnswer> {
    const response = await fetch(`${this.base}/api/v1${path}`, {
      method,
      headers: {
        ...this.#credential,
        origin: this.base,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : (JSON.parse(text) as unknown) };
  }

  /** Asks for what must succeed: its answer, else an error that says what came. */
  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const answer = await this.ask(method, path, body);
    if (answer.status >= 300)
      throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body as T;
  }

  get<T>(path: string): Promise<T> {
    return this.call<T>('GET', path);
  }

  /** A key for scripts that may do all that is listed. */
  async key(scopes: readonly string[]): Promise<ApiClient> {
    const { token } = await this.call<{ token: string }>('POST', '/api-keys', { label: 'script', scopes });
    return ApiClient.withKey(this.base, token);
  }

  /** Registers a server; resolves to its id. */
  async register(name: string, connection: object): Promise<string> {
    return (await this.call<{ id: string }>('POST', '/servers', { name, connection })).id;
  }

  /** Puts a policy in force as the next version; resolves to the number of that. */
  async publish(server: string, policy: string, document: object): Promise<number> {
    const path = `/servers/${server}/policies/${policy}/publish`;
    const { version } = await this.call<{ version: { version: number } }>('POST', path, { document });
    return version.version;
  }

  /** Makes a grant. */
  mint(server: string, label: string, policy: string): Promise<{ id: string; token: string }> {
    return this.call('POST', '/grants', { server, label, policy });
  }
}

async function signedIn(base: string, path: string, body: object): Promise<ApiClient> {
  const response = await fetch(`${base}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: base },
    body: JSON.stringify(body),
  });
  const cookie = response.headers.get('set-cookie')?.split(';')[0];
  if (!response.ok || cookie === undefined)
    throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return ApiClient.withCookie(base, cookie);
}

export interface Called {
  readonly status: number;
  readonly body: {
    readonly result?: {
      readonly isError?: boolean;
      readonly content?: readonly { readonly text: string }[];
      readonly _meta?: Readonly<
        Record<string, { readonly id?: string; readonly rule?: string; readonly version?: string }>
      >;
    };
  };
}

/** A `tools/call` without a session, over a connection of its own: any worker may get it. Rejects when no answer comes. */
export function callOnce(url: string, token: string, name: string, args: object): Promise<Called> {
  const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: args } };
  return new Promise((resolve, reject) => {
    const sent = request(
      url,
      {
        method: 'POST',
        agent: false,
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          authorization: `Bearer ${token}`,
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => (text += chunk));
        response.on('error', reject);
        response.on('end', () => {
          // an answer that was asked for on an event stream is its last event
          const data = text.startsWith('{') ? text : (/^data: (\{.*)$/gm.exec(text)?.[1] ?? '{}');
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(data) as Called['body'] });
        });
        response.on('close', () => reject(new Error('the answer was cut off')));
      },
    );
    sent.on('error', reject);
    sent.end(JSON.stringify(message));
  });
}
