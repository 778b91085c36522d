import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Mail } from '#platform';
import {
  founder,
  mailTo,
  openRig,
  ORIGIN,
  PASSWORD,
  type Browser,
  type Reply,
  type Rig,
} from './people-rig.suite.ts';

let rig: Rig;
let ada: Browser;
beforeEach(async () => {
  rig = await openRig();
  ada = await founder(rig);
});
afterEach(() => rig.close());

const BOB = 'bob@example.com';
const WEEK_MS = 7 * 86_400_000;

async function invite(fields: object = {}): Promise<{ token: string; id: string }> {
  const { status, body } = await ada.post('/api/v1/invitations', { email: BOB, ...fields });
  expect(status).toBe(201);
  const link = String(body['link']);
  expect(link.startsWith(`${ORIGIN}/app/invitation#tgi_`)).toBe(true);
  return { token: link.split('#')[1] ?? '', id: (body['invitation'] as unknown as { id: string }).id };
}

function accept(browser: Browser, token: string, account?: object): Promise<Reply> {
  return browser.post('/api/v1/invitations/accept', { token, ...account });
}

const ACCOUNT = { name: 'Bob', password: PASSWORD };

describe('an invitation', () => {
  it('says what it is for, to whoever has the link', async () => {
    const { token } = await invite({ role: 'policy_manager', isApprover: true });
    const reply = await rig.browser().post('/api/v1/invitations/open', { token });
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({
      organisation: 'Analytics',
      email: BOB,
      role: 'policy_manager',
      isApprover: true,
    });
  });

  it('makes an account for the invited address and enters the organisation at once', async () => {
    const { token } = await invite({ role: 'policy_manager' });
    const browser = rig.browser();
    const reply = await accept(browser, token, ACCOUNT);
    expect([reply.status, reply.body]).toEqual([
      201,
      { organisation: expect.objectContaining({ id: 'default' }), role: 'policy_manager' },
    ]);
    const me = await browser.get('/api/v1/me');
    expect(me.body).toMatchObject({
      user: { email: BOB },
      memberships: [{ role: 'policy_manager', isApprover: false }],
    });
    expect(me.body['rights']).toContain('policies:write');
    expect(me.body['rights']).not.toContain('grants:write');
    expect(rig.audit.at(-1)).toMatchObject({
      action: 'invitation.accept',
      organisation: 'default',
      actorLabel: 'Bob',
    });
  });

  it('is good once, also for two at the same time', async () => {
    const { token } = await invite();
    const replies = await Promise.all([
      accept(rig.browser(), token, ACCOUNT),
      accept(rig.browser(), token, { name: 'Other Bob', password: PASSWORD }),
    ]);
    expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
    expect((await accept(rig.browser(), token, ACCOUNT)).status).toBe(404);
    const members = await ada.get('/api/v1/members');
    expect(members.body['items']).toHaveLength(2);
  });

  it('brings a person in who has an account, under that account’s address alone', async () => {
    await rig.close();
    rig = await openRig({ signUp: 'open' });
    ada = await founder(rig);
    const bob = await founder(rig, BOB, 'Builders');
    const eve = await founder(rig, 'eve@example.com', 'Evil');
    const { token } = await invite();
    expect((await accept(rig.browser(), token)).status).toBe(401);
    const refused = await accept(eve, token);
    expect([refused.status, refused.body['code']]).toEqual([403, 'people.for_another']);
    expect((await accept(bob, token)).status).toBe(201);
    const me = await bob.get('/api/v1/me');
    expect(me.body['memberships']).toHaveLength(2);
  });

  it('does not make a second account, nor open the one that is there', async () => {
    await rig.close();
    rig = await openRig({ signUp: 'open' });
    ada = await founder(rig);
    await founder(rig, BOB, 'Builders');
    const { token } = await invite();
    const reply = await accept(rig.browser(), token, ACCOUNT);
    expect([reply.status, reply.body['code']]).toEqual([422, 'people.not_made']);
    expect((await rig.browser().post('/api/v1/invitations/open', { token })).status).toBe(200);
  });

  it('holds the new password to the rules, and stays open when it does not keep them', async () => {
    const { token } = await invite();
    expect((await accept(rig.browser(), token, { name: 'Bob', password: BOB })).status).toBe(422);
    expect((await accept(rig.browser(), token, { name: 'Bob' })).status).toBe(422);
    expect((await accept(rig.browser(), token, ACCOUNT)).status).toBe(201);
  });

  it('ends after a week, or when it is taken back', async () => {
    const late = await invite();
    rig.clock.at += WEEK_MS;
    expect((await rig.browser().post('/api/v1/invitations/open', { token: late.token })).status).toBe(404);
    expect((await accept(rig.browser(), late.token, ACCOUNT)).status).toBe(404);
    const { token, id } = await invite();
    expect((await ada.send('DELETE', `/api/v1/invitations/${id}`)).status).toBe(204);
    expect((await ada.send('DELETE', `/api/v1/invitations/${id}`)).status).toBe(404);
    expect((await accept(rig.browser(), token, ACCOUNT)).status).toBe(404);
    const list = await ada.get('/api/v1/invitations');
    const statuses = (list.body['items'] as unknown as { status: string }[]).map(({ status }) => status);
    expect(statuses).toEqual(['revoked', 'expired']);
  });

  it.each(['', 'tgi_', `tgi_${'A'.repeat(49)}`, 'tgk_', '__proto__', 'x'.repeat(101)])(
    'does not exist for the token %j',
    async (token) => {
      expect([404, 422]).toContain((await rig.browser().post('/api/v1/invitations/open', { token })).status);
    },
  );

  it('is not made for a member', async () => {
    const reply = await ada.post('/api/v1/invitations', { email: 'ADA@example.com' });
    expect([reply.status, reply.body['code']]).toEqual([409, 'member.exists']);
  });

  it('leaves no account behind when the organisation cannot be entered', async () => {
    const { token } = await invite();
    const { organisations } = rig.store.control;
    const { acceptInvitation } = organisations;
    organisations.acceptInvitation = () => Promise.resolve(false);
    expect((await accept(rig.browser(), token, ACCOUNT)).status).toBe(404);
    organisations.acceptInvitation = acceptInvitation;
    expect((await accept(rig.browser(), token, ACCOUNT)).status).toBe(201);
  });
});

describe('the link of an invitation', () => {
  async function inviteBy(mail: Parameters<typeof openRig>[0]): Promise<Reply> {
    await rig.close();
    rig = await openRig(mail);
    ada = await founder(rig);
    return ada.post('/api/v1/invitations', { email: BOB });
  }

  it('is mailed, and then stands in no answer', async () => {
    const mails: Mail[] = [];
    const { body } = await inviteBy({ mail: mailTo(mails) });
    expect(body).toMatchObject({ mailed: true });
    expect(body).not.toHaveProperty('link');
    expect(mails).toEqual([
      expect.objectContaining({ to: BOB, subject: 'Invitation to Analytics on Toolgate' }),
    ]);
    const [, token = ''] = /#(tgi_\w+)/.exec(mails[0]?.text ?? '') ?? [];
    expect((await accept(rig.browser(), token, ACCOUNT)).status).toBe(201);
  });

  it('is shown to whoever invited when the mail server is away', async () => {
    const mail = { send: () => Promise.reject(new Error('away')), close: () => undefined };
    const { body } = await inviteBy({ mail });
    expect(body).toMatchObject({ mailed: false, link: expect.stringContaining('#tgi_') });
  });
});
