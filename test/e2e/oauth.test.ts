import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectClient, type AnyClient } from '../support/clients.ts';
import { Command, filesIn, run, serve, throwAwayFolder, TOOLGATE, type Served } from '../support/command.ts';
import { followLogin, ProtectedServer } from '../support/protected-server.ts';

const ENV = { TOOLGATE_LOG: 'debug' };

/** An MCP server behind a real authorization server, and built gateways in front that share one data folder. */
class Installation {
  readonly folder = throwAwayFolder();
  readonly dataDir = join(this.folder, 'data');
  readonly config = join(this.folder, 'toolgate.json');
  readonly server: ProtectedServer;
  readonly gateways: Served[] = [];
  readonly #clients: AnyClient[] = [];
  /** Everything that was printed and answered. */
  readonly seen: string[] = [];

  constructor(server: ProtectedServer, oauth: object) {
    this.server = server;
    const policies = { all: { version: '1', default: 'allow' } };
    const grants = [{ label: 'agent', server: 'tickets', policy: 'all', token: { file: 'agent.token' } }];
    const servers = { tickets: { url: server.url, oauth, policies } };
    writeFileSync(this.config, JSON.stringify({ servers, grants }));
  }

  async client(): Promise<AnyClient> {
    const gateway = await serve(this.dataDir, ['--config', this.config], { env: ENV });
    this.gateways.push(gateway);
    const token = gateway.tokens.get('agent');
    const client = await connectClient('SDK 2, legacy', { url: `${gateway.base}/mcp/tickets/`, token });
    this.#clients.push(client);
    return client;
  }

  /** Logs in as a person would; `tamper` may change what comes back to the gateway. */
  async logIn(tamper: (answer: URL) => void = () => {}): Promise<{ code: number | null; text: string }> {
    const login = this.start('login', '--no-browser');
    const [, start = ''] = await login.shows(/\n {2}(http\S+)\n/);
    const answer = await followLogin(start, this.server.issuer);
    tamper(answer);
    await fetch(answer);
    const code = await login.ended;
    this.seen.push(login.stdout, login.stderr);
    return { code, text: login.stdout + login.stderr };
  }

  start(command: 'login' | 'logout', ...flags: string[]): Command {
    return new Command(
      TOOLGATE,
      [command, 'tickets', '--config', this.config, '--data', this.dataDir, ...flags],
      {
        env: ENV,
      },
    );
  }

  /** The text of the answer to a call. */
  async call(client: AnyClient, tool = 'echo'): Promise<string> {
    const answer = await client.callTool(tool);
    this.seen.push(JSON.stringify(answer));
    return answer.content[0]?.text ?? '';
  }

  refreshes(): number {
    return this.server.tokenRequests.filter((grant) => grant === 'refresh_token').length;
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) await client.close();
    for (const { command } of this.gateways) {
      await command.stop();
      this.seen.push(command.stdout, command.stderr);
    }
    await this.server.stop();
  }
}

describe('a server behind an authorization server', () => {
  let place: Installation;
  let client: AnyClient;
  beforeAll(async () => {
    place = new Installation(await ProtectedServer.start(), {});
    client = await connectedOnceLoggedIn();
  });
  afterAll(() => place.stop());

  /** The client connects before the login: the gateway follows without a restart. */
  async function connectedOnceLoggedIn(): Promise<AnyClient> {
    const gateway = place.client();
    await expect(gateway).rejects.toThrow('toolgate login tickets');
    expect(place.server.shown).toEqual([]);
    expect(await place.logIn()).toMatchObject({ code: 0 });
    return place.client();
  }

  it('is called with the token, never with the agent’s own, after one login', async () => {
    expect(await place.call(client)).toBe('done: echo');
    expect(place.server.tokenRequests).toEqual(['authorization_code']);
    const shown = new Set(place.server.shown.slice(1)); // the first one asked for the challenge
    expect(shown.size).toBe(1);
    expect([...shown].join()).toMatch(/^Bearer (?!tg_)\S+$/);
  });

  it('refuses a token: one renewal for many calls at once, in two processes, and every call runs once', async () => {
    const other = await place.client();
    const before = place.refreshes();
    const ran = place.server.ran.length;
    await place.server.endAccess();
    const calls = Array.from({ length: 40 }, (_, i) => place.call(i % 2 === 0 ? client : other));
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['done: echo']));
    expect(place.refreshes() - before).toBe(1);
    expect(place.server.ran.length - ran).toBe(40);
    expect(place.server.tokenErrors).toEqual([]);
  });

  it('wants more rights: the agent is told, and after the next login has them', async () => {
    expect(await place.call(client, 'close')).toMatch(
      /^\[UPSTREAM UNAUTHORIZED\].*more rights.*login tickets/,
    );
    expect(await place.call(client)).toBe('done: echo');
    expect(await place.logIn()).toMatchObject({ code: 0 });
    expect(await place.call(client, 'close')).toBe('done: close');
  });

  it('an answer of another issuer is refused before the code is used', async () => {
    const before = place.server.tokenRequests.length;
    const { code, text } = await place.logIn((answer) =>
      answer.searchParams.set('iss', 'https://evil.example'),
    );
    expect([code, text]).toEqual([2, expect.stringContaining('(issuer)')]);
    const missing = await place.logIn((answer) => answer.searchParams.delete('iss'));
    expect([missing.code, missing.text]).toEqual([2, expect.stringContaining('(issuer)')]);
    expect(place.server.tokenRequests).toHaveLength(before);
    expect(await place.call(client)).toBe('done: echo');
  });

  it('an answer without our state ends nothing', async () => {
    const login = place.start('login', '--no-browser');
    const [, start = ''] = await login.shows(/\n {2}(http\S+)\n/);
    const answer = await followLogin(start, place.server.issuer);
    const forged = new URL(answer);
    forged.searchParams.set('state', 'forged');
    expect((await fetch(forged)).status).toBe(404);
    expect((await fetch(answer)).status).toBe(200);
    expect(await login.ended).toBe(0);
  });

  it('a login nobody answers ends by itself', async () => {
    const login = place.start('login', '--no-browser', '--timeout', '1s');
    expect(await login.ended).toBe(2);
    expect(login.stderr).toContain('in time');
  });

  it('consent that was taken back: the agent is told, and one login mends it', async () => {
    await place.server.endConsent();
    expect(await place.call(client)).toMatch(/^\[UPSTREAM UNAUTHORIZED\].*toolgate login tickets/);
    expect(place.server.tokenErrors).toEqual(['invalid_grant']);
    // nothing more is asked of the authorization server until somebody logs in
    await Promise.all(Array.from({ length: 20 }, () => place.call(client)));
    expect(place.server.tokenErrors).toHaveLength(1);
    expect(await place.logIn()).toMatchObject({ code: 0 });
    expect(await place.call(client)).toBe('done: echo');
  });

  it('logout gives the access back, also there', async () => {
    const token = place.server.shown.at(-1)?.slice(7) ?? '';
    const logout = place.start('logout');
    expect(await logout.ended).toBe(0);
    expect(logout.stdout).toContain('forgotten and revoked');
    expect(await place.server.provider.AccessToken.find(token)).toBeUndefined();
    await expect.poll(() => place.call(client), { timeout: 10_000 }).toContain('not logged in');
    const again = place.start('logout');
    expect(await again.ended).toBe(2);
  });

  it('no secret is in any log line, answer or file', async () => {
    await place.stop();
    expect(place.server.secrets.size).toBeGreaterThan(10);
    const files = filesIn(place.dataDir).map((path) => readFileSync(path));
    expect(files.some((file) => file.includes(place.server.issuer))).toBe(true); // what is no secret is found
    const texts = [...place.seen.map((text) => Buffer.from(text)), ...files];
    for (const secret of place.server.secrets) {
      expect(texts.filter((text) => text.includes(secret))).toEqual([]);
    }
    expect(place.seen.join('\n')).toContain('access renewed');
    expect(place.seen.join('\n')).not.toMatch(/www-authenticate|resource_metadata/i);
  });
});

describe('tokens that live for two seconds', () => {
  let place: Installation;
  beforeAll(async () => {
    place = new Installation(await ProtectedServer.start({ accessTtl: 2 }), {});
  });
  afterAll(() => place.stop());

  it('are renewed ahead of their end, and after it, without a call that fails', async () => {
    await place.logIn();
    const client = await place.client();
    const end = Date.now() + 5_000;
    while (Date.now() < end) {
      const answers = await Promise.all(Array.from({ length: 20 }, () => place.call(client)));
      expect(new Set(answers)).toEqual(new Set(['done: echo']));
    }
    expect(place.server.shown.filter((value) => value === undefined)).toHaveLength(1);
    expect(place.refreshes()).toBeGreaterThanOrEqual(2);
    expect(place.refreshes()).toBeLessThanOrEqual(8); // of several hundred calls
    expect(place.server.tokenErrors).toEqual([]);
  });
});

describe('a gateway that logs in by itself', () => {
  const SECRET = 'machine-secret-that-nobody-may-see';
  let place: Installation;
  beforeAll(async () => {
    const server = await ProtectedServer.start({
      clients: [
        {
          client_id: 'machine',
          client_secret: SECRET,
          grant_types: ['client_credentials'],
          response_types: [],
          redirect_uris: [],
        },
      ],
    });
    server.secrets.add(SECRET);
    const oauth = {
      mode: 'client_credentials',
      issuer: server.issuer,
      clientId: 'machine',
      clientSecret: SECRET,
    };
    place = new Installation(server, oauth);
  });
  afterAll(() => place.stop());

  it('needs no login, gets more rights where they are wanted, and keeps nothing', async () => {
    const client = await place.client();
    expect(await place.call(client)).toBe('done: echo');
    await place.server.endAccess();
    expect(await place.call(client)).toBe('done: echo');
    expect(await place.call(client, 'close')).toBe('done: close');
    expect(await place.call(client)).toBe('done: echo');
    expect(place.server.tokenRequests).toEqual(Array(3).fill('client_credentials'));
    const { code, stderr } = await run(TOOLGATE, ['login', 'tickets', '--config', place.config], {
      env: { TOOLGATE_DATA: place.dataDir },
    });
    expect([code, stderr]).toEqual([2, expect.stringContaining('by itself')]);
    const files = filesIn(place.dataDir).map((path) => readFileSync(path));
    for (const secret of place.server.secrets)
      expect(files.filter((file) => file.includes(secret))).toEqual([]);
  });
});
