import { afterEach, describe, expect, it } from 'vitest';
import { founder, openRig, PASSWORD, type Rig, type RigOptions } from './people-rig.suite.ts';

let rig: Rig;
const open = async (options: RigOptions = {}): Promise<Rig> => (rig = await openRig(options));
afterEach(() => rig.close());

const ADA = { name: 'Ada', email: 'Ada@Example.com', password: PASSWORD, organisation: 'Analytics' };
const BOB = { name: 'Bob', email: 'bob@example.com', password: PASSWORD, organisation: 'Builders' };

describe('signing up', () => {
  it('makes account, organisation and session in one form', async () => {
    const browser = (await open()).browser();
    const reply = await browser.post('/api/v1/sign-up', ADA);
    expect(reply.status).toBe(201);
    expect(reply.body).toMatchObject({
      user: { name: 'Ada', email: 'ada@example.com', twoFactorEnabled: false },
      organisation: { id: 'default', name: 'Analytics' },
    });
    const me = await browser.get('/api/v1/me');
    expect(me.body).toMatchObject({
      user: { email: 'ada@example.com' },
      memberships: [{ organisation: { id: 'default' }, role: 'admin', isApprover: true }],
      organisation: { id: 'default' },
      providers: [],
      mayFound: false,
    });
    expect(me.body['rights']).toContain('approvals:decide');
  });

  it('is noted in the log of the organisation that it made', async () => {
    await founder(await open());
    expect(rig.audit).toEqual([
      expect.objectContaining({
        organisation: 'default',
        action: 'organisation.create',
        actor: expect.stringMatching(/^user:/),
        actorLabel: 'Ada',
      }),
    ]);
  });

  it('closes behind the first person', async () => {
    await founder(await open());
    const browser = rig.browser();
    expect((await browser.get('/api/v1/sign-in-options')).body).toMatchObject({ signUp: false });
    const reply = await browser.post('/api/v1/sign-up', BOB);
    expect([reply.status, reply.body['code']]).toEqual([403, 'people.sign_up_closed']);
  });

  it('lets one of two first people in, and leaves no account of the other', async () => {
    await open();
    const replies = await Promise.all([ADA, BOB].map((form) => rig.browser().post('/api/v1/sign-up', form)));
    expect(replies.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, 403]);
    const loser = replies[0]?.status === 201 ? BOB : ADA;
    const again = await rig.browser().post('/api/auth/sign-in/email', {
      email: loser.email,
      password: PASSWORD,
    });
    expect(again.status).toBe(401);
    expect(await rig.store.control.organisations.count()).toBe(1);
  });

  it('takes the account back when the organisation cannot be made', async () => {
    await open();
    rig.store.control.organisations.create = () => Promise.reject(new Error('disk full'));
    const browser = rig.browser();
    expect((await browser.post('/api/v1/sign-up', ADA)).status).toBe(500);
    expect((await browser.get('/api/v1/me')).status).toBe(401);
    const again = await rig
      .browser()
      .post('/api/auth/sign-in/email', { email: ADA.email, password: PASSWORD });
    expect(again.status).toBe(401);
  });

  it('stays shut where it is closed', async () => {
    await open({ signUp: 'closed' });
    expect((await rig.browser().post('/api/v1/sign-up', ADA)).status).toBe(403);
  });

  it('gives everybody an organisation of their own where it is open', async () => {
    await open({ signUp: 'open' });
    const replies = await Promise.all([ADA, BOB].map((form) => rig.browser().post('/api/v1/sign-up', form)));
    expect(replies.map(({ status }) => status)).toEqual([201, 201]);
    const ids = replies.map(({ body }) => (body['organisation'] as unknown as { id: string }).id);
    expect(ids.filter((id) => id === 'default')).toHaveLength(1);
    expect(ids.filter((id) => id.startsWith('org_'))).toHaveLength(1);
  });

  it.each([
    ['a short one', 'short'],
    ['the address itself', 'ada@example.com'],
    ['a common one', 'Password123'],
    ['one character over and over', 'aaaaaaaaaaaaaa'],
    ['a run of keys', '1234567890'],
  ])('refuses as a password %s', async (_, password) => {
    await open();
    const reply = await rig.browser().post('/api/v1/sign-up', { ...ADA, password });
    expect([reply.status, reply.body['code']]).toEqual([422, 'people.password']);
    expect(await rig.store.control.organisations.count()).toBe(0);
  });

  it('says of an address that has an account no more than that none could be made', async () => {
    await founder(await open({ signUp: 'open' }));
    const reply = await rig.browser().post('/api/v1/sign-up', ADA);
    expect([reply.status, reply.body['code']]).toEqual([422, 'people.not_made']);
    expect(JSON.stringify(reply.body)).not.toMatch(/exist/i);
  });

  it('refuses a form that another site sends', async () => {
    await open();
    const browser = rig.browser();
    browser.headers['origin'] = 'https://evil.example';
    const reply = await browser.post('/api/v1/sign-up', ADA);
    expect([reply.status, reply.body['code']]).toEqual([403, 'people.foreign_origin']);
  });

  it('is not to be had at the path of the library', async () => {
    await open({ signUp: 'open' });
    const { status } = await rig
      .browser()
      .post('/api/auth/sign-up/email', { name: 'Eve', email: 'eve@example.com', password: PASSWORD });
    expect(status).toBe(404);
  });

  it('takes ten forms an hour from one address', async () => {
    await founder(await open({ signUp: 'open' }));
    const one = (): Promise<{ status: number }> => rig.browser().post('/api/v1/sign-up', ADA);
    const statuses = [];
    for (let i = 0; i < 10; i++) statuses.push((await one()).status);
    expect(statuses).toEqual([422, 422, 422, 422, 422, 422, 422, 422, 422, 429]);
    rig.clock.at += 3_600_000;
    expect((await one()).status).toBe(422);
  });

  it('lets somebody with an account found an organisation where that is open', async () => {
    const browser = await founder(await open({ signUp: 'open' }));
    const reply = await browser.post('/api/v1/organisations', { name: 'Second' });
    expect(reply.status).toBe(201);
    const me = await browser.get('/api/v1/me');
    expect(me.body['memberships']).toHaveLength(2);
  });
});
