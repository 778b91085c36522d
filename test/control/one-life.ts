import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import { serve, throwAwayFolder, type Served } from '../support/command.ts';
import { startMailbox, startReceiver, type Mailbox, type Receiver } from '../support/outside.ts';
import { followLogin, ProtectedServer } from '../support/protected-server.ts';
import { RecordingUpstream } from '../support/recording-upstream.ts';
import { columnsOfPostgres, columnsOfSqlite, filesAsPlaces } from '../support/secret-search.ts';
import { Diary } from './diary.ts';
import { makeMistakes, readEverything } from './mistakes-and-readings.ts';

const LEAKY = join(import.meta.dirname, 'leaky-server.mjs');
const EMAIL = 'ada@example.com';
const HELD = { ask: { action: 'require_approval', reason: 'Somebody must know.' } };
const WAIT = { timeout: 20_000, interval: 100 };

/** A gateway from its first administrator to its backup: everything secret that it was told, and everything that it said and wrote. */
export class OneLife {
  readonly #folder = throwAwayFolder();
  readonly #dataDir = join(this.#folder, 'data');
  readonly #databaseUrl: string | undefined;
  readonly #diary: Diary;
  readonly #upstream = new RecordingUpstream();
  readonly #ends: (() => Promise<unknown>)[] = [];
  #gateway: Served | undefined;
  #mailbox: Mailbox | undefined;
  #receiver: Receiver | undefined;
  #upstreamUrl = '';

  private constructor(databaseUrl: string | undefined) {
    this.#databaseUrl = databaseUrl;
    this.#diary = new Diary(this.#dataDir, databaseUrl);
    if (databaseUrl !== undefined)
      this.#diary.keep('password of the database', new URL(databaseUrl).password);
  }

  /** Lives it over the embedded database, or over PostgreSQL; resolves to what there is to tell. */
  static async live(databaseUrl?: string): Promise<Diary> {
    const life = new OneLife(databaseUrl);
    try {
      await life.#open();
      await life.#people();
      const servers = await life.#servers();
      await life.#webhooks();
      await life.#calls(servers);
      await makeMistakes(life.#diary, servers.plain);
      await readEverything(life.#diary);
      await life.#commands();
      await life.#close();
    } finally {
      for (const end of life.#ends.toReversed()) await end();
    }
    return life.#diary;
  }

  async #open(): Promise<void> {
    this.#upstreamUrl = await this.#upstream.start();
    const url = `${this.#upstreamUrl}?key=${this.#diary.secret('query of a declared server')}`;
    this.#ends.push(() => this.#upstream.stop());
    this.#mailbox = await startMailbox(this.#diary.secret('password of the mail server'));
    this.#ends.push(() => this.#mailbox?.close() ?? Promise.resolve());
    const receiver = (this.#receiver = await startReceiver());
    this.#ends.push(() => receiver.close());
    const configuration = {
      accounts: {
        oidc: [
          {
            id: 'corp',
            issuer: 'http://127.0.0.1:9/',
            clientId: 'toolgate',
            clientSecret: this.#diary.secret('secret of the sign-in provider'),
          },
        ],
      },
      mail: { url: this.#mailbox.url, from: 'gate@example.com' },
      forward: {
        url: `${receiver.origin}/forward?key=${this.#diary.secret('query of the forwarding')}`,
        headers: { authorization: `Bearer ${this.#diary.secret('header of the forwarding')}` },
        secret: this.#diary.secret('signing secret of the forwarding'),
      },
      servers: {
        declared: {
          url,
          headers: { 'x-api-key': this.#diary.secret('header of a declared server') },
          policies: { open: { version: '1', default: 'allow', arguments: 'any' } },
        },
      },
    };
    const config = join(this.#folder, 'toolgate.json');
    writeFileSync(config, JSON.stringify(configuration));
    mkdirSync(this.#dataDir);
    const env = {
      TOOLGATE_LOG: 'debug',
      TOOLGATE_LOG_SAMPLE: '1',
      ...(this.#databaseUrl !== undefined && { TOOLGATE_DATABASE_URL: this.#databaseUrl }),
    };
    const gateway = (this.#gateway = await serve(this.#dataDir, ['--config', config], { env }));
    this.#diary.base = gateway.base;
    this.#ends.push(() => gateway.command.stop());
  }

  async #people(): Promise<void> {
    const password = this.#diary.secret('first password');
    const account = { name: 'Ada', email: EMAIL, password, organisation: 'Acme' };
    await this.#diary.signedIn('signing up', '/api/v1/sign-up', account);
    const wrong = { email: EMAIL, password: this.#diary.secret('wrong password') };
    await this.#diary.ask('POST', '/api/auth/sign-in/email', { body: wrong });
    await this.#diary.ask('POST', '/api/auth/sign-in/social', {
      body: { provider: 'corp', callbackURL: '/app/' },
    });
    await this.#secondFactor(password);

    // the first mail is refused, with an error that quotes the password of the mail server
    await this.#diary.ask('POST', '/api/auth/request-password-reset', { body: { email: EMAIL } });
    await vi.waitFor(() => {
      if (this.#mailbox?.refused() !== 1) throw new Error('no mail was refused');
    }, WAIT);
    await this.#diary.ask('POST', '/api/auth/request-password-reset', { body: { email: EMAIL } });
    const token = await this.#mailed('A new password', /#([\w-]+)/);
    this.#diary.keep('token of a new password', token, {
      'mail A new password': 'the link, for that person',
    });
    const next = this.#diary.secret('second password');
    const chosen = { token, newPassword: next };
    const { status, text } = await this.#diary.ask('POST', '/api/auth/reset-password', { body: chosen });
    if (status !== 200) throw new Error(text);
    await this.#diary.signedIn('signing in', '/api/auth/sign-in/email', { email: EMAIL, password: next });

    await this.#diary.get('POST', '/invitations', { body: { email: 'bob@example.com' } });
    this.#diary.keep('token of an invitation', await this.#mailed('Invitation', /#(tgi_\w+)/), {
      'mail Invitation': 'the link, for that person',
    });
    const key = { label: 'script', scopes: ['servers:read', 'logs:read'] };
    const made = await this.#diary.get<{ token: string }>('POST', '/api-keys', { body: key }, 'a new key');
    this.#diary.keep('API key', made.token, { 'answer: a new key': 'shown once' });
    await this.#diary.ask('GET', '/api/v1/servers', { headers: { authorization: `Bearer ${made.token}` } });
  }

  async #secondFactor(password: string): Promise<void> {
    const said = await this.#diary.ask(
      'POST',
      '/api/auth/two-factor/enable',
      { body: { password } },
      'second factor',
    );
    const { totpURI, backupCodes } = JSON.parse(said.text) as { totpURI: string; backupCodes: string[] };
    const shownIn = { 'answer: second factor': 'shown once' };
    this.#diary.keep('second factor', new URL(totpURI).searchParams.get('secret') ?? '', shownIn);
    for (const [at, code] of backupCodes.entries())
      this.#diary.keep(`backup code ${String(at)}`, code, shownIn);
  }

  #mailed(subject: string, pattern: RegExp): Promise<string> {
    return vi.waitFor(() => {
      const mail = this.#mailbox?.mails.find((one) => one.subject.startsWith(subject));
      const [, found] = pattern.exec(mail?.text ?? '') ?? [];
      if (found === undefined) throw new Error(`no mail "${subject}" with ${pattern}`);
      return found;
    }, WAIT);
  }

  async #servers(): Promise<{ readonly plain: string; readonly leaky: string; readonly login: string }> {
    const plain = await this.#register(
      'Plain',
      {
        kind: 'streamable-http',
        url: `${this.#upstreamUrl}?token=${this.#diary.secret('query of a server')}`,
        headers: {
          'x-api-key': this.#diary.secret('header of a server'),
          authorization: `Bearer ${this.#diary.secret('credential of a server')}`,
        },
      },
      HELD,
    );
    const leaky = await this.#register('Leaky', {
      kind: 'stdio',
      command: process.execPath,
      args: [
        LEAKY,
        `--api-key=${this.#diary.secret('argument of a command')}`,
        '--password',
        this.#diary.secret('word of a command'),
      ],
      env: { LEAKY_KEY: this.#diary.secret('environment of a command') },
    });
    const login = await this.#consentedServer();
    await this.#diary.ask('PATCH', `/api/v1/servers/${plain}`, {
      body: {
        connection: { headers: { 'x-api-key': this.#diary.secret('changed header of a server') } },
      },
    });
    for (const server of [plain, leaky, login])
      await this.#diary.ask('POST', `/api/v1/servers/${server}/check`);
    const mcpServers = {
      pasted: {
        command: process.execPath,
        args: [LEAKY, '--token', this.#diary.secret('argument in a pasted block')],
        env: { LEAKY_KEY: this.#diary.secret('environment in a pasted block') },
      },
      far: {
        url: `http://127.0.0.1:9/mcp?key=${this.#diary.secret('query in a pasted block')}`,
        headers: { 'x-key': this.#diary.secret('header in a pasted block') },
      },
    };
    const document = JSON.stringify({ mcpServers });
    await this.#diary.ask('POST', '/api/v1/servers/import/preview', { body: { document, check: true } });
    await this.#diary.get('POST', '/servers/import', { body: { document, choose: ['pasted', 'far'] } });
    return { plain, leaky, login };
  }

  async #register(name: string, connection: object, tools: object = {}): Promise<string> {
    const body = { name, connection, settings: { capture: { days: 1 } } };
    const { id } = await this.#diary.get<{ id: string }>('POST', '/servers', { body });
    const document = { version: '1', default: 'allow', arguments: 'any', tools };
    await this.#diary.get('POST', `/servers/${id}/policies/main/publish`, {
      body: { document, force: true },
    });
    return id;
  }

  /** A server behind a real authorization server, where a person agrees. */
  async #consentedServer(): Promise<string> {
    const clientSecret = this.#diary.secret('secret of an OAuth client');
    const server = await ProtectedServer.start({
      clients: [
        {
          client_id: 'toolgate',
          client_secret: clientSecret,
          redirect_uris: [`${this.#diary.base}/api/v1/oauth/callback`],
          grant_types: ['authorization_code', 'refresh_token'],
        },
      ],
    });
    this.#ends.push(() => server.stop());
    const oauth = { issuer: server.issuer, clientId: 'toolgate', clientSecret };
    const id = await this.#register('Login', { kind: 'streamable-http', url: server.url, oauth });
    const { url } = await this.#diary.get<{ url: string }>('POST', `/servers/${id}/oauth/start`);
    const back = await followLogin(url, server.issuer);
    const { headers } = await this.#diary.ask('GET', `${back.pathname}${back.search}`);
    if (headers.get('location')?.endsWith('?connected') !== true)
      throw new Error(`not connected: ${headers.get('location')}`);
    for (const [at, value] of [...server.secrets].entries())
      if (value !== clientSecret) this.#diary.keep(`code or token ${String(at)} of the login`, value);
    return id;
  }

  async #webhooks(): Promise<void> {
    const receiver = this.#receiver;
    if (receiver === undefined) throw new Error('nobody receives');
    const url = `${receiver.origin}/hook/${this.#diary.secret('path of a webhook')}?key=${this.#diary.secret('query of a webhook')}`;
    const made = await this.#diary.get<{ id: string; secret: string }>(
      'POST',
      '/webhooks',
      { body: { label: 'all', url, events: ['*'] } },
      'a new webhook',
    );
    this.#diary.keep('secret of a webhook', made.secret.slice(6), { 'answer: a new webhook': 'shown once' });
    await this.#diary.get('POST', `/webhooks/${made.id}/test`);
    await this.#received('/hook/');
    const rotated = await this.#diary.get<{ secret: string }>(
      'POST',
      `/webhooks/${made.id}/rotate-secret`,
      { body: {} },
      'a new secret',
    );
    this.#diary.keep('second secret of a webhook', rotated.secret.slice(6), {
      'answer: a new secret': 'shown once',
    });
    await this.#diary.get('GET', `/webhooks/${made.id}/deliveries`);
  }

  async #mint(server: string, label: string): Promise<{ readonly id: string; readonly token: string }> {
    // with a key, so that the answer is kept, too
    const headers = { 'idempotency-key': label.replaceAll(' ', '-') };
    const body = { server, label, policy: 'main' };
    const made = await this.#diary.get<{ id: string; token: string }>(
      'POST',
      '/grants',
      { body, headers },
      label,
    );
    this.#diary.keep(`token of ${label}`, made.token, { [`answer: ${label}`]: 'shown once' });
    return made;
  }

  async #calls({ plain, leaky, login }: Record<'plain' | 'leaky' | 'login', string>): Promise<void> {
    const grant = await this.#mint(plain, 'the grant of the plain server');
    const rotated = await this.#diary.get<{ token: string }>(
      'POST',
      `/grants/${grant.id}/rotate`,
      { body: {} },
      'rotated',
    );
    this.#diary.keep('rotated token', rotated.token, { 'answer: rotated': 'shown once' });
    const { token: leakyToken } = await this.#mint(leaky, 'the grant of the leaky server');
    const { token: loginToken } = await this.#mint(login, 'the grant of the login server');

    const own = { 'agent ': 'the agent’s own argument, which the server gave back' };
    await this.#diary.call('echo', plain, rotated.token, 'echo', {
      text: this.#diary.secret('captured argument', own),
    });
    await this.#diary.call('echo of the login', login, loginToken, 'echo', {
      text: this.#diary.secret('argument to a server with a login'),
    });
    await this.#heldCall(plain, grant.token);
    for (const status of [401, 403, 500, 502]) {
      this.#upstream.rawAnswer = { status, contentType: 'text/plain', body: this.#allThatArrived() };
      await this.#diary.call(`a failure with ${String(status)}`, plain, rotated.token, 'echo', {});
    }
    const error = { code: -32603, message: this.#allThatArrived() };
    this.#upstream.rawAnswer = {
      contentType: 'application/json',
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, error }),
    };
    await this.#diary.call('an error in the words of the server', plain, rotated.token, 'echo', {});
    await this.#diary.call('a broken connection', plain, rotated.token, 'hang_up', {});
    this.#upstream.rawAnswer = {
      contentType: 'application/json',
      body: `{"broken": ${this.#allThatArrived()}`,
    };
    await this.#diary.call('broken JSON', plain, rotated.token, 'echo', {});
    await this.#diary.call('an error in the words of a command', leaky, leakyToken, 'quote', {});
    await this.#diary.call('a command that ends', leaky, leakyToken, 'leak', {});
    await this.#diary.ask('POST', `/api/v1/servers/${plain}/check`);
  }

  /** What the server was sent last, credentials and all: an error that quotes it. */
  #allThatArrived(): string {
    const { path, headers } = this.#upstream.arrivals.at(-1) ?? { path: '', headers: {} };
    return JSON.stringify({ path, headers });
  }

  async #heldCall(server: string, token: string): Promise<void> {
    const args = {
      topic: this.#diary.secret('argument of a held call', {
        'answer: the approval': 'a person decides about this very call',
        'command approvals show': 'a person decides about this very call',
      }),
    };
    await this.#diary.call('ask, held', server, token, 'ask', args);
    const { items } = await this.#diary.get<{ items: { id: string }[] }>('GET', '/approvals?status=pending');
    const id = items[0]?.id ?? '';
    await this.#diary.get('GET', `/approvals/${id}`, {}, 'the approval');
    await this.#diary.command('approvals', 'show', id);
    await this.#diary.get('POST', `/approvals/${id}/approve`, { body: { note: 'yes' } });
    await this.#diary.call('ask, approved', server, token, 'ask', args);
    await vi.waitFor(() => {
      const isTold = this.#receiver?.received.some(({ body }) => body.includes('approval.'));
      if (isTold !== true) throw new Error('nobody was told');
    }, WAIT);
  }

  async #received(path: string): Promise<void> {
    await vi.waitFor(() => {
      if (this.#receiver?.received.some((one) => one.path.startsWith(path)) !== true)
        throw new Error(`nothing came to ${path}`);
    }, WAIT);
  }

  async #commands(): Promise<void> {
    // as it is while the gateway runs, with the newest part of the database in a file of its own
    this.#diary.places.push(...filesAsPlaces(this.#dataDir, 'file'));
    await this.#diary.command('keys', 'rotate');
    for (const line of [
      'grants list',
      'keys list',
      'logs',
      'approvals list --status all',
      'audit verify',
      'check',
    ])
      await this.#diary.command(...line.split(' '));
    const backup = join(this.#folder, 'backup');
    await this.#diary.command('backup', backup);
    this.#diary.places.push(...filesAsPlaces(backup, 'backup'));
  }

  async #close(): Promise<void> {
    await this.#received('/forward'); // some seconds after a call, when all processes have written what they had of it
    const { command } = this.#gateway ?? {};
    await command?.stop();
    this.#diary.note('log', command?.stderr ?? '');
    this.#diary.note('standard output', command?.stdout ?? '');
    const columns = await (this.#databaseUrl === undefined
      ? columnsOfSqlite(this.#dataDir)
      : columnsOfPostgres(this.#databaseUrl));
    this.#diary.places.push(...filesAsPlaces(this.#dataDir, 'file'), ...columns);
    for (const { subject, raw, text } of this.#mailbox?.mails ?? [])
      this.#diary.note(`mail ${subject}`, `${raw}\n${text}`);
    for (const { path, body, headers } of this.#receiver?.received ?? [])
      this.#diary.note(
        path.startsWith('/hook/') ? 'webhook' : 'forwarded',
        // it is sent to prove who sends it
        `${JSON.stringify({ ...headers, authorization: '' })}\n${body}`,
      );
    this.#diary.keepKeys();
  }
}
