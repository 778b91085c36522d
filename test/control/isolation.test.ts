import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SCOPES } from '#control';
import { DECLARED, enter, openControlRig, type ControlRig } from '../support/control-rig.ts';
import { partsOf, pathWith } from '../support/control-requests.ts';
import { documentOf, furnish, makeKey, type Furnished } from '../support/furnished-organisation.ts';
import { startPostgres } from '../support/postgres.ts';
import {
  askFor,
  everythingOf,
  foreignFilters,
  isHarmless,
  isOfMembers,
  itemsIn,
  marksIn,
  readings,
  readUntil,
  refuseCall,
  unknown,
  withoutIds,
} from './asking.ts';

const postgres = await startPostgres();
afterAll(() => postgres?.stop());

describe.each([
  ['SQLite', undefined] as const,
  ...(postgres === undefined ? [] : [['PostgreSQL', postgres] as const]),
])('two organisations in one gateway, on %s', { timeout: 180_000 }, (_, server) => {
  let rig: ControlRig;
  let alpha: Furnished;
  let bravo: Furnished;
  beforeAll(async () => {
    rig = await openControlRig(await server?.createDatabase());
    alpha = await furnish(rig, 'alpha');
    bravo = await furnish(rig, 'bravo');
  });
  afterAll(() => rig.close());
  beforeEach(() => rig.clock.advance(60_000)); // each caller has so many requests a minute

  describe('what is the other’s does not exist', () => {
    it.each(['alpha', 'bravo'])('on any path with an id in it, for an admin of %s', async (who) => {
      const [own, other] = who === 'alpha' ? [alpha, bravo] : [bravo, alpha];
      const before = await everythingOf(rig, other);
      const askedOf = rig.routes.filter((route) => partsOf(route).length > 0);
      expect(askedOf.length).toBeGreaterThan(30);
      for (const route of askedOf) {
        const theirs = await askFor(own.admin, route, other, other.ids);
        const nobodys = await askFor(own.admin, route, other, unknown(other.ids));
        expect([route.id, theirs.status]).toEqual([route.id, 404]);
        expect([route.id, withoutIds(theirs, other.ids)]).toEqual([
          route.id,
          withoutIds(nobodys, unknown(other.ids)),
        ]);
      }
      expect(await everythingOf(rig, other)).toEqual(before);
    });

    it('on any path, for a key with every scope', async () => {
      const { token } = await makeKey(bravo.admin, 'all', SCOPES);
      const key = rig.withKey(token);
      const before = await everythingOf(rig, alpha);
      for (const route of rig.routes.filter((one) => partsOf(one).length > 0)) {
        const { status } = await askFor(key, route, alpha, alpha.ids);
        // what is a person's own is not for keys at all
        expect([route.id, status]).toEqual([route.id, isOfMembers(route) ? 404 : 403]);
      }
      expect(await everythingOf(rig, alpha)).toEqual(before);
    });

    it('as a part of something of one’s own', async () => {
      const { policy, tool: _tool, ...others } = alpha.ids;
      expect(Object.values(others)).not.toContain(policy);
      for (const route of rig.routes.filter((one) => partsOf(one).includes('policy'))) {
        // drafts and versions of that name would be one's own
        if (
          ['savePolicyDraft', 'publishPolicy', 'lintPolicy', 'tryPolicy', 'simulatePolicy'].includes(route.id)
        )
          continue;
        const { status, text } = await askFor(alpha.admin, route, alpha, {
          ...alpha.ids,
          policy: bravo.ids.policy,
        });
        expect([route.id, status, text.includes('bravo')]).toEqual([route.id, 404, false]);
      }
    });

    it('a name that both use stands for two things', async () => {
      const path = (of: Furnished): string => `/servers/${of.ids.server}/policies/shared`;
      for (const of of [alpha, bravo])
        await of.admin.get('POST', `${path(of)}/publish`, { body: { document: documentOf(of.ids.server) } });
      await alpha.admin.get('DELETE', path(alpha));
      const { text } = await bravo.admin.ask('GET', path(bravo));
      expect(text).toContain(bravo.ids.server);
      expect((await alpha.admin.ask('GET', path(alpha))).status).toBe(404);
    });

    it('nor does the server of the configuration file, for anybody but its organisation', async () => {
      const ids = { ...bravo.ids, server: DECLARED.server, policy: DECLARED.policy };
      for (const route of rig.routes.filter((one) => partsOf(one).includes('server'))) {
        const { status } = await askFor(bravo.admin, route, bravo, ids);
        expect([route.id, status]).toEqual([route.id, 404]);
      }
      expect((await alpha.admin.ask('GET', `/servers/${DECLARED.server}`)).status).toBe(200);
      expect((await bravo.admin.ask('GET', '/servers')).text).not.toContain(DECLARED.server);
      expect((await alpha.admin.ask('GET', '/grants')).text).toContain(DECLARED.grant);
      expect((await bravo.admin.ask('GET', '/grants')).text).not.toContain(DECLARED.grant);
    });
  });

  describe('what is answered to one', () => {
    it('holds every mark of its own somewhere, so that this test can see one', async () => {
      for (const of of [alpha, bravo]) {
        const all = (await everythingOf(rig, of)).join('\n');
        expect(of.marks.filter((mark) => !all.includes(mark))).toEqual([]);
      }
    });

    it('holds nothing of the other, on any path that is read', async () => {
      for (const [own, other] of pairs()) {
        for (const answer of await everythingOf(rig, own)) expect(marksIn(answer, other)).toEqual([]);
      }
    });

    it('holds nothing of the other when a change is answered', async () => {
      for (const [own, other] of pairs()) {
        for (const route of rig.routes.filter((one) => isOfMembers(one) && isHarmless(one))) {
          const { text } = await askFor(own.admin, route, own, own.ids);
          expect([route.id, marksIn(text, other)]).toEqual([route.id, []]);
        }
      }
    });

    it('gives nothing when it is narrowed to something of the other', async () => {
      for (const [own, other] of pairs()) {
        for (const { route, name, value } of foreignFilters(rig.routes, other)) {
          const address = `${pathWith(route, own.ids)}?${name}=${encodeURIComponent(value)}`;
          const { status, text } = await own.admin.ask('GET', address);
          expect([address, status]).toEqual([address, 200]);
          expect([address, marksIn(text.replaceAll(value, ''), other)]).toEqual([address, []]);
          expect([address, itemsIn(text)]).toEqual([address, 0]);
        }
      }
    });

    it('narrowed the same way, one’s own is found', async () => {
      const found = await Promise.all(
        foreignFilters(rig.routes, alpha).map(async ({ route, name, value }) => {
          const address = `${pathWith(route, alpha.ids)}?${name}=${encodeURIComponent(value)}`;
          return `${route.id} ${name} ${itemsIn((await alpha.admin.ask('GET', address)).text) > 0}`;
        }),
      );
      expect(found.filter((line) => line.endsWith('false'))).toEqual([]);
      expect(found.length).toBeGreaterThan(8);
    });

    it('gives nothing of the other behind its cursors', async () => {
      const lists = rig.routes.filter(
        (route) => route.method === 'GET' && isOfMembers(route) && 'cursor' in (route.query?.shape ?? {}),
      );
      expect(lists.length).toBeGreaterThan(8);
      for (const route of lists) {
        const { text } = await alpha.admin.ask('GET', `${pathWith(route, alpha.ids)}?limit=1`);
        const { next } = JSON.parse(text) as { readonly next?: string };
        if (next === undefined) continue;
        const address = `${pathWith(route, bravo.ids)}?cursor=${encodeURIComponent(next)}`;
        const answer = await bravo.admin.ask('GET', address);
        expect([route.id, answer.status]).toEqual([route.id, 200]);
        expect([route.id, marksIn(answer.text, alpha)]).toEqual([route.id, []]);
      }
    });

    it('follows its own log alone, while both are written', async () => {
      const leave = new AbortController();
      const response = await bravo.admin.send('GET', '/logs/follow?limit=50', { signal: leave.signal });
      const seen = readUntil(response, 'request-of-bravo');
      await refuseCall(rig, alpha, 'request-of-alpha');
      await refuseCall(rig, bravo, 'request-of-bravo');
      const text = await seen;
      leave.abort();
      expect(text).toContain('event: decision');
      expect(marksIn(text, alpha)).toEqual([]);
      expect(text).not.toContain('request-of-alpha');
    });
  });

  describe('what is made', () => {
    it('cannot be made of what is the other’s', async () => {
      const { admin, ids } = alpha;
      const attempts: readonly [string, string, unknown, number][] = [
        ['POST', '/grants', { server: bravo.ids.server, label: 'spy' }, 422],
        ['POST', '/grants', { server: bravo.ids.server, label: 'spy', policy: bravo.ids.policy }, 422],
        ['POST', '/grants', { server: ids.server, label: 'spy', policy: bravo.ids.policy }, 422],
        ['PATCH', `/grants/${ids.grant}`, { policy: bravo.ids.policy }, 422],
      ];
      const before = await everythingOf(rig, bravo);
      for (const [method, path, body, status] of attempts) {
        const answer = await admin.ask(method, path, { body });
        expect([path, body, answer.status, marksIn(answer.text, bravo)]).toEqual([path, body, status, []]);
      }
      expect(await everythingOf(rig, bravo)).toEqual(before);
    });
  });

  describe('who asks', () => {
    it('does not get into the other by naming it', async () => {
      const headers = { 'toolgate-organisation': bravo.organisation };
      const made_up = { 'toolgate-organisation': 'org_0000000000000000000000' };
      for (const route of rig.routes.filter(isOfMembers)) {
        const theirs = await askFor(alpha.admin, route, alpha, alpha.ids, headers);
        const nobodys = await askFor(alpha.admin, route, alpha, alpha.ids, made_up);
        expect([route.id, theirs.status, theirs.text]).toEqual([route.id, 404, nobodys.text]);
        expect(marksIn(theirs.text, bravo)).toEqual([]);
      }
      expect((await alpha.admin.ask('GET', '/me', { headers })).status).toBe(404);
    });

    it('names it in the link of a file no better than in the header', async () => {
      const files = rig.routes.filter(({ query }) => 'organisation' in (query?.shape ?? {}));
      expect(files.map(({ id }) => id).toSorted()).toEqual(['exportAudit', 'exportDecisions']);
      const linkTo = (path: string, of: string): string => `${path}?organisation=${of}`;
      for (const { path, id } of files) {
        const theirs = await alpha.admin.ask('GET', linkTo(path, bravo.organisation));
        const nobodys = await alpha.admin.ask('GET', linkTo(path, 'org_0000000000000000000000'));
        expect([id, theirs.status, theirs.text]).toEqual([id, 404, nobodys.text]);
        const own = await alpha.admin.ask('GET', linkTo(path, alpha.organisation));
        expect([id, own.status, marksIn(own.text, alpha).length > 0]).toEqual([id, 200, true]);
        // the header says what is meant where it is sent, too
        const headers = { 'toolgate-organisation': bravo.organisation };
        const both = await alpha.admin.ask('GET', linkTo(path, alpha.organisation), { headers });
        expect([id, both.status]).toEqual([id, 404]);
      }
      for (const route of rig.routes.filter((one) => isOfMembers(one) && !files.includes(one))) {
        if (route.method !== 'GET') continue;
        const address = linkTo(pathWith(route, alpha.ids), alpha.organisation);
        expect([route.id, (await alpha.admin.ask('GET', address)).status]).toEqual([route.id, 422]);
      }
      const change = linkTo('/organisation', bravo.organisation);
      const { status } = await alpha.admin.ask('PATCH', change, { body: { name: 'x' } });
      expect(status).toBe(422);
    });

    it('reads the log live no longer than the session lasts', async () => {
      const leaver = await enter(rig, alpha.admin, 'twice@else.example', {
        role: 'viewer',
        isApprover: false,
      });
      const response = await leaver.send('GET', '/logs/follow?limit=0');
      const read = response.text();
      const { items } = await leaver.get<{ items: { id: string }[] }>('GET', '/me/sessions');
      await leaver.get('DELETE', `/me/sessions/${items[0]?.id ?? ''}`);
      expect(await read).toContain('retry');
    });

    it('with a key is always in the organisation of the key', async () => {
      const { token } = await makeKey(alpha.admin, 'read all', SCOPES);
      const key = rig.withKey(token);
      const headers = { 'toolgate-organisation': bravo.organisation };
      for (const route of readings(rig.routes)) {
        const { text } = await askFor(key, route, alpha, alpha.ids, headers);
        expect([route.id, marksIn(text, bravo)]).toEqual([route.id, []]);
      }
    });

    it('with a key and somebody else’s cookie is the key', async () => {
      const { token } = await makeKey(alpha.admin, 'with cookie', ['servers:read']);
      const { text } = await bravo.admin.ask('GET', '/servers', {
        headers: { authorization: `Bearer ${token}` },
      });
      expect(text).toContain(alpha.ids.server);
      expect(marksIn(text, bravo)).toEqual([]);
    });

    it('is in both when invited by both, and sees of each what it has there', async () => {
      const both = await enter(rig, alpha.admin, 'both@else.example', { role: 'admin', isApprover: true });
      const body = { email: 'both@else.example', role: 'viewer' };
      const { link } = await bravo.admin.get<{ link: string }>('POST', '/invitations', { body });
      await both.get('POST', '/invitations/accept', { body: { token: link.split('#')[1] } });

      expect((await both.ask('GET', '/servers')).status).toBe(400);
      for (const [own, other] of pairs()) {
        const headers = { 'toolgate-organisation': own.organisation };
        const { text } = await both.ask('GET', '/servers', { headers });
        expect(text).toContain(own.ids.server);
        expect(marksIn(text, other)).toEqual([]);
        // and what is asked of one is not found in the other
        const asked = await both.ask('GET', `/servers/${other.ids.server}`, { headers });
        expect(asked.status).toBe(404);
      }
      const asViewer = { 'toolgate-organisation': bravo.organisation };
      const grant = { server: bravo.ids.server, label: 'more' };
      expect((await both.ask('POST', '/grants', { body: grant, headers: asViewer })).status).toBe(403);
      expect((await both.ask('GET', '/audit', { headers: asViewer })).status).toBe(403);
    });

    it('is out at once when sent away, with its session and its streams', async () => {
      const { admin } = bravo;
      const leaver = await enter(rig, admin, 'gone@else.example', { role: 'admin', isApprover: true });
      const { items } = await admin.get<{ items: { user: string; email: string }[] }>('GET', '/members');
      const user = items.find(({ email }) => email === 'gone@else.example')?.user ?? '';
      expect((await leaver.ask('GET', '/servers')).status).toBe(200);
      await admin.get('DELETE', `/members/${user}`);
      for (const route of rig.routes.filter(isOfMembers)) {
        const { status, text } = await askFor(leaver, route, bravo, bravo.ids);
        expect([route.id, status, marksIn(text, bravo)]).toEqual([route.id, 403, []]);
      }
    });

    it('does not get the kept answer of somebody else’s request', async () => {
      const headers = { 'idempotency-key': 'the-same-for-both' };
      const body = { label: 'kept', scopes: ['logs:read'] };
      const first = await alpha.admin.ask('POST', '/api-keys', { body, headers });
      const second = await bravo.admin.ask('POST', '/api-keys', { body, headers });
      const again = await alpha.admin.ask('POST', '/api-keys', { body, headers });
      expect([first.status, second.status, again.status]).toEqual([201, 201, 201]);
      expect(second.headers.has('idempotent-replay')).toBe(false);
      expect(again.headers.get('idempotent-replay')).toBe('true');
      expect(again.text).toBe(first.text);
      expect(second.text).not.toBe(first.text);
      // nor of another request under the same key, which would say that there was one
      const other = await bravo.admin.ask('POST', '/api-keys', { body: { ...body, label: 'x' }, headers });
      expect(other.status).toBe(422);
      expect(marksIn(other.text, alpha)).toEqual([]);
      const manager = await bravo.manager.ask('POST', '/api-keys', { body, headers });
      expect(manager.status).toBe(403);
    });
  });

  describe('nothing is said', () => {
    it('of the other’s people and names, when one uses the same', async () => {
      const body = { label: 'bravo-key', scopes: ['logs:read'] };
      await alpha.admin.get('POST', '/api-keys', { body });
      const { text } = await alpha.admin.ask('POST', '/invitations', {
        body: { email: 'viewer@bravo.example' },
      });
      // that somebody has an account here, or is a member elsewhere, is not said
      expect(JSON.parse(text)).toMatchObject({ invitation: { email: 'viewer@bravo.example' } });
    });
  });

  it('and nothing that was asked here failed through a fault', () => {
    expect(rig.logged()).not.toMatch(/"level":[56]0/);
  });

  function pairs(): readonly (readonly [Furnished, Furnished])[] {
    return [
      [alpha, bravo],
      [bravo, alpha],
    ];
  }
});
