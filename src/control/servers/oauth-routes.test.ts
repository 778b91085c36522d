import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog, systemClock } from '#platform';
import { createCredentialVault, createOAuthCredential, type CredentialVault } from '#upstream/oauth';
import { followLogin, ProtectedServer } from '../../../test/support/protected-server.ts';
import { keyWith } from '../api.suite.ts';
import { everythingStored, openServerRig, type ServerRig } from './servers.suite.ts';
import type { PersonSession } from './server-parts.ts';

/** A real authorization server, and an MCP server that wants its tokens. */
let server: ProtectedServer;
beforeAll(async () => {
  server = await ProtectedServer.start();
});
afterAll(() => server.stop());

const SESSION: PersonSession = { user: { id: 'admin', name: 'Ada' }, sessionId: 'session-one' };

interface Place {
  readonly rig: ServerRig;
  readonly id: string;
  readonly vault: CredentialVault;
  /** Whose browser asks. */
  session: PersonSession | undefined;
  now: number;
  start(): Promise<string>;
  /** The browser comes back; resolves to where it is led. */
  comeBack(answer: URL): Promise<string>;
  credential(): Promise<unknown>;
}

async function openPlace(): Promise<Place> {
  const clock = { now: () => place.now };
  const rig = openServerRig({
    clock,
    addresses: { allow: ['127.0.0.0/8'] },
    sessionOf: () => Promise.resolve(place.session),
  });
  const founder = { user: 'admin', role: 'admin', isApprover: false, createdAt: 0 } as const;
  await rig.store.control.organisations.create({ id: 'acme', name: 'Acme', createdAt: 0 }, founder);
  const id = await rig.register({ kind: 'streamable-http', url: server.url, oauth: {} });
  const place: Place = {
    rig,
    id,
    vault: createCredentialVault(rig.store.credentials, rig.keys, clock),
    session: SESSION,
    now: Date.now(),
    async start() {
      const { status, body } = await rig.ask('POST', `/servers/${id}/oauth/start`);
      expect(status, JSON.stringify(body)).toBe(200);
      return (body as { url: string }).url;
    },
    async comeBack({ pathname, search }) {
      const { status, headers } = await rig.ask('GET', pathname.replace('/api/v1', '') + search, {
        as: 'nobody',
      });
      expect(status).toBe(302);
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      return headers.get('location') ?? '';
    },
    credential: async () =>
      ((await rig.ask('GET', `/servers/${id}`)).body as { credential: unknown }).credential,
  };
  return place;
}

const agree = async (start: string): Promise<URL> => followLogin(start, server.issuer);

describe('a consent in the browser', () => {
  it('connects the server, and leads back to it', async () => {
    const place = await openPlace();
    const { rig, id } = place;
    expect(await place.credential()).toEqual({ kind: 'oauth', state: 'none' });
    const start = new URL(await place.start());
    expect(start.searchParams.get('redirect_uri')).toBe('https://gateway.example.com/api/v1/oauth/callback');
    expect(start.searchParams.get('code_challenge_method')).toBe('S256');
    expect(start.searchParams.get('resource')).toBe(server.url);
    const answer = await agree(start.href);
    expect(await place.comeBack(answer)).toBe(`https://gateway.example.com/app/servers/${id}?connected`);
    expect(await place.credential()).toEqual({
      kind: 'oauth',
      state: 'connected',
      expiresAt: expect.stringMatching(/^\d{4}-/),
      scope: expect.stringContaining('tickets:read'),
    });
    const [line] = await rig.store.control.audit.list('acme', { limit: 10, action: 'server.connect' });
    expect(line).toMatchObject({ actor: 'user:admin', actorLabel: 'Ada', target: `server:${id}` });
  });

  it('works once: the same answer again changes nothing', async () => {
    const place = await openPlace();
    const answer = await agree(await place.start());
    const led = await Promise.all([place.comeBack(answer), place.comeBack(answer)]);
    expect(led.filter((location) => location.endsWith('?connected'))).toHaveLength(1);
    expect(led.filter((location) => location.endsWith('?connect_failed=used'))).toHaveLength(1);
    expect(await place.comeBack(answer)).toContain('connect_failed=used');
  });

  it('is bound to the session of the person who began it', async () => {
    const place = await openPlace();
    const answer = await agree(await place.start());
    for (const other of [
      undefined,
      { ...SESSION, sessionId: 'session-two' },
      { ...SESSION, user: { id: 'mallory', name: 'M' } },
    ]) {
      place.session = other;
      expect(await place.comeBack(answer)).toContain('connect_failed=session');
    }
    // and none of them used it up
    place.session = SESSION;
    expect(await place.comeBack(answer)).toContain('?connected');
  });

  it('lasts ten minutes', async () => {
    const place = await openPlace();
    const answer = await agree(await place.start());
    place.rig.clock.advance(10 * 60_000);
    expect(await place.comeBack(answer)).toContain('connect_failed=expired');
    expect(await place.credential()).toMatchObject({ state: 'none' });
  });

  it.each([
    [
      'a forged state',
      (answer: URL) => answer.searchParams.set('state', 'forged'),
      '/app/servers?connect_failed=unknown',
    ],
    ['no state', (answer: URL) => answer.searchParams.delete('state'), '/app/servers?connect_failed=unknown'],
    [
      'another issuer',
      (answer: URL) => answer.searchParams.set('iss', 'https://evil.example'),
      'connect_failed=refused',
    ],
    ['no issuer', (answer: URL) => answer.searchParams.delete('iss'), 'connect_failed=refused'],
    ['a forged code', (answer: URL) => answer.searchParams.set('code', 'forged'), 'connect_failed=consent'],
  ])('an answer with %s connects nothing', async (_, tamper, led) => {
    const place = await openPlace();
    const answer = await agree(await place.start());
    tamper(answer);
    expect(await place.comeBack(answer)).toContain(led);
    expect(await place.credential()).toMatchObject({ state: 'none' });
  });

  it('a refusal of the person is no access', async () => {
    const place = await openPlace();
    for (const [error, failure] of [
      ['access_denied', 'consent'],
      ['invalid_scope', 'refused'],
    ] as const) {
      const state = new URL(await place.start()).searchParams.get('state') ?? '';
      const answer = new URL('https://gateway.example.com/api/v1/oauth/callback');
      answer.search = String(new URLSearchParams({ state, error, iss: server.issuer }));
      expect(await place.comeBack(answer)).toContain(`connect_failed=${failure}`);
      expect(await place.credential()).toMatchObject({ state: 'none' });
    }
  });

  it('counts only while the person is an admin and the server is the same', async () => {
    const place = await openPlace();
    const { rig, id } = place;
    const { organisations } = rig.store.control;
    const first = await agree(await place.start());
    const second = await agree(await place.start());
    await rig.ask('PATCH', `/servers/${id}`, { body: { connection: { oauth: { scope: 'tickets:read' } } } });
    expect(await place.comeBack(first)).toContain('connect_failed=changed');
    await organisations.addMember('acme', { user: 'other', role: 'admin', isApprover: false, createdAt: 0 });
    await organisations.changeMember('acme', 'admin', { role: 'viewer' });
    expect(await place.comeBack(second)).toContain('connect_failed=rights');
  });

  it('is begun by a person, for a server that wants one', async () => {
    const place = await openPlace();
    const { rig, id } = place;
    const path = `/servers/${id}/oauth/start`;
    expect((await rig.ask('POST', path, { as: keyWith('servers:write') })).body).toMatchObject({
      code: 'forbidden.person',
    });
    place.session = undefined;
    expect((await rig.ask('POST', path)).status).toBe(403);
    place.session = SESSION;
    const plain = await rig.register();
    expect((await rig.ask('POST', `/servers/${plain}/oauth/start`)).body).toMatchObject({
      code: 'oauth.not_used',
    });
    const nowhere = await rig.register({ kind: 'streamable-http', url: 'http://127.0.0.1:9/mcp', oauth: {} });
    expect(await rig.ask('POST', `/servers/${nowhere}/oauth/start`)).toMatchObject({
      status: 502,
      body: { code: 'oauth.cannot_start' },
    });
  });
});

describe('an access that was given', () => {
  it('is renewed in one process at a time, and asks for a person once it was taken back', async () => {
    const place = await openPlace();
    await place.comeBack(await agree(await place.start()));
    const told: string[] = [];
    const consent = { how: 'connect it again', onNeeded: () => void told.push('needed') };
    const credentials = [0, 1].map(() =>
      createOAuthCredential({
        serverId: place.id,
        serverUrl: server.url,
        headers: {},
        settings: {},
        vault: place.vault,
        clock: systemClock,
        log: silentLog,
        consent,
      }),
    );
    const shown = await Promise.all(credentials.map((credential) => credential.ready()));
    expect(shown[0]).toEqual(['authorization', expect.stringMatching(/^Bearer \S+$/)]);
    await server.endConsent();
    const refusals = await Promise.all(
      credentials.map((credential, index) =>
        credential.refused?.({
          status: 401,
          challenge: undefined,
          shown: shown[index] ?? [],
          isRepeated: false,
        }),
      ),
    );
    for (const refusal of refusals)
      expect(refusal).toMatchObject({
        failure: { kind: 'refused_credentials', message: expect.stringMatching(/\(connect it again\)$/) },
      });
    expect(told).toEqual(['needed']);
    expect(await place.credential()).toMatchObject({ kind: 'oauth', state: 'needs_consent' });
    await place.comeBack(await agree(await place.start()));
    expect(await place.credential()).toMatchObject({ state: 'connected' });
    for (const credential of credentials) credential.close?.();
  });

  it('is given back when the server is disconnected or removed', async () => {
    const place = await openPlace();
    const { rig, id, vault } = place;
    for (const path of [`/servers/${id}/oauth`, `/servers/${id}`]) {
      await place.comeBack(await agree(await place.start()));
      const token = (await vault.find(id))?.record.tokens?.access ?? '';
      expect(await server.provider.AccessToken.find(token)).toBeDefined();
      expect((await rig.ask('DELETE', path)).status).toBe(204);
      expect(await server.provider.AccessToken.find(token)).toBeUndefined();
      expect(await vault.find(id)).toBeUndefined();
    }
  });

  it('is in no answer, no log line and no column', async () => {
    const place = await openPlace();
    const start = await place.start();
    const led = await place.comeBack(await agree(start));
    const shown = await place.rig.ask('GET', `/servers/${place.id}`);
    const texts = [
      led,
      JSON.stringify(shown.body),
      place.rig.logged(),
      await everythingStored(place.rig.store),
    ];
    expect(server.secrets.size).toBeGreaterThan(5);
    for (const secret of server.secrets)
      expect([start, ...texts].filter((text) => text.includes(secret))).toEqual([]);
  });
});

it('the client metadata document of the gateway names its own address and where to come back to', async () => {
  const rig = openServerRig();
  expect((await rig.ask('GET', '/oauth/client-metadata', { as: 'nobody' })).body).toMatchObject({
    client_id: 'https://gateway.example.com/api/v1/oauth/client-metadata',
    redirect_uris: ['https://gateway.example.com/api/v1/oauth/callback'],
    token_endpoint_auth_method: 'none',
  });
});
