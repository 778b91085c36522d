import { beforeEach, describe, expect, it } from 'vitest';
import type { Role } from './account.ts';
import type { SandboxAnswer } from './answer.ts';
import { differences } from './answer-shape.suite.ts';
import { CAMPAIGN_FACTS } from './campaign-facts.suite.ts';
import { CONTACT_FACTS } from './contact-facts.suite.ts';
import { OTHER_FACTS } from './other-facts.suite.ts';

/** Sends one request to the API under test. `path` may hold a query; `as` is null for a caller without credentials. */
export type Send = (request: {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly as: Role | null;
}) => Promise<SandboxAnswer>;

/** Runs the table of facts, and those that take more than one request, against an API that `open` seeds afresh. */
export function restContract(name: string, open: () => Promise<Send>): void {
  describe(`the REST API of FluentCRM, ${name}`, () => {
    let send: Send;
    beforeEach(async () => {
      send = await open();
    });

    it.each([...CONTACT_FACTS, ...CAMPAIGN_FACTS, ...OTHER_FACTS])(
      'answers as the real one: $of',
      async ({ call, body, as, status, answer }) => {
        const [method = '', path = ''] = call.split(' ');
        const got = await send({ method, path, body, as: as === undefined ? 'administrator' : as });
        expect(got.status).toBe(status ?? 200);
        if (typeof answer === 'object' && answer !== null && 'html' in answer) {
          expect(got.body).toEqual(answer.html === '' ? '' : expect.stringContaining(String(answer.html)));
          return;
        }
        expect(got.contentType).toBe('application/json; charset=UTF-8');
        expect(differences(JSON.parse(got.body), answer)).toEqual([]);
      },
    );

    itKeepsState(async (request) => send(request));
  });
}

/** What takes more than one request to see. */
function itKeepsState(send: Send): void {
  const admin = async (method: string, path: string, body?: unknown) => {
    const got = await send({ method, path, body, as: 'administrator' });
    return { status: got.status, body: got.body === '' ? null : JSON.parse(got.body) };
  };
  const total = async (path: string, key: string) => (await admin('GET', path)).body[key].total;

  it('pauses, refuses a second pause, and resumes', async () => {
    const stat = async () => (await admin('GET', '/campaigns/4/overview_stats')).body.stat;
    expect((await admin('POST', '/campaigns/4/pause')).status).toBe(200);
    expect(await stat()).toEqual([{ status: 'paused', total: '20' }]);
    expect((await admin('POST', '/campaigns/4/pause')).status).toBe(422);
    expect((await admin('POST', '/campaigns/4/resume')).status).toBe(200);
    expect(await stat()).toEqual([{ status: 'scheduled', total: '20' }]);
  });

  it('drops the whole filter for one unknown state', async () => {
    expect(await total('/subscribers?statuses[]=pending', 'subscribers')).toBe(1);
    expect(await total('/subscribers?statuses[]=pending&statuses[]=odd', 'subscribers')).toBe(24);
  });

  it('finds nobody when an array filter is a scalar', async () => {
    expect(await total('/subscribers?tags[]=1', 'subscribers')).toBe(4);
    expect(await total('/subscribers?tags=1', 'subscribers')).toBe(0);
  });

  it('turns an unknown state of a new contact into subscribed', async () => {
    const { body } = await admin('POST', '/subscribers', { email: 'new@example.com', status: 'odd' });
    expect(body.contact.status).toBe('subscribed');
  });

  it('lets a parameter override the id of the path', async () => {
    expect((await admin('GET', '/subscribers/1?id=2')).body.subscriber.id).toBe(2);
  });

  it('lets a GET do anything through _method, as WordPress does', async () => {
    await admin('GET', '/subscribers?_method=DELETE&subscribers[]=23&subscribers[]=24');
    expect(await total('/subscribers', 'subscribers')).toBe(22);
    await admin('GET', '/tags?_method=POST&title=smuggled');
    expect(await total('/tags', 'tags')).toBe(5);
    await admin('GET', '/campaigns/5?_method=DELETE');
    expect((await admin('GET', '/campaigns/5')).status).toBe(404);
  });

  it('makes a draft of a campaign that is being sent when its recipients are set', async () => {
    const { body } = await admin('POST', '/campaigns/3/draft-recipients');
    expect(body).toMatchObject({ count: 20 });
    expect((await admin('GET', '/campaigns/3')).body.campaign.status).toBe('draft');
    expect((await admin('GET', '/campaigns/3/overview_stats')).body.stat).toEqual([]);
  });

  it('takes a campaign off the schedule', async () => {
    expect((await admin('POST', '/campaigns/2/un-schedule')).status).toBe(200);
    expect((await admin('POST', '/campaigns/2/un-schedule')).status).toBe(422);
  });
}
