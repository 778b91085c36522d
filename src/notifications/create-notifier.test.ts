import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLog, silentLog, type Mail } from '#platform';
import { openStore, type Store, type Webhook } from '#store';
import { createNotifier } from './create-notifier.ts';
import { createMailQueue } from './mail-queue.ts';
import type { EventName, NotifiedEvent } from './notifier.ts';

const ORG = 'org_a';
const NOW = Date.UTC(2026, 5, 1, 12);
const event: NotifiedEvent = {
  event: 'approval.requested',
  organisation: ORG,
  text: 'newsletter asks to call fluentcrm_resume_campaign on fluentcrm.',
  url: 'https://gate.example.com/app/approvals/apr_1',
  facts: { approval: 'apr_1', reason: 'Resuming sends e-mail at once.' },
};

let store: Store;
let sent: Mail[];
beforeEach(() => {
  store = openStore({ dataDir: ':memory:' });
  sent = [];
});
afterEach(() => store.close());

function notifier(
  recipients: (organisation: string, event: EventName) => Promise<readonly string[]> = async () => [],
) {
  return createNotifier({
    store: store.control.webhooks,
    clock: { now: () => NOW },
    log: silentLog,
    mail: { send: async (mail) => void sent.push(mail) },
    recipients,
  });
}

async function addWebhook(id: string, over: Partial<Webhook> = {}, organisation = ORG): Promise<void> {
  await store.control.webhooks.insert(organisation, {
    id,
    label: id,
    url: 'https://a.example/in',
    secretSealed: 'tge1.k1.a.b.c',
    events: ['*'],
    format: 'toolgate',
    isActive: true,
    createdAt: NOW,
    createdBy: 'user:u1',
    ...over,
  });
}

async function toldTo(organisation = ORG): Promise<string[]> {
  const told = [];
  for (const { id } of await store.control.webhooks.list(organisation)) {
    const found = await store.control.webhooks.deliveries(organisation, id, { limit: 10 });
    told.push(...found.map(({ event: name }) => `${id} ${name}`));
  }
  return told;
}

describe('an event', () => {
  it('goes to the webhooks of its organisation that want it and are switched on', async () => {
    await addWebhook('hook_all');
    await addWebhook('hook_named', { events: ['grant.minted', 'approval.requested'] });
    await addWebhook('hook_other', { events: ['grant.minted'] });
    await addWebhook('hook_off', { isActive: false });
    await addWebhook('hook_foreign', {}, 'org_b');
    await notifier().notify(event);
    expect(await toldTo()).toEqual(['hook_all approval.requested', 'hook_named approval.requested']);
    expect(await toldTo('org_b')).toEqual([]);
  });

  it('is kept with the change that it tells of, or not at all', async () => {
    await addWebhook('hook_all');
    await expect(
      store.control.transaction(async () => {
        await notifier().notify(event);
        throw new Error('the change failed');
      }),
    ).rejects.toThrow('the change failed');
    expect(await toldTo()).toEqual([]);
  });

  it('goes by e-mail to everybody whom it concerns, once', async () => {
    const asked: unknown[] = [];
    const telling = notifier(async (...about) => {
      asked.push(about);
      return ['a@example.com', 'b@example.com', 'a@example.com'];
    });
    await telling.notify(event);
    await telling.stop();
    expect(asked).toEqual([[ORG, 'approval.requested']]);
    expect(sent.map(({ to }) => to)).toEqual(['a@example.com', 'b@example.com']);
    expect(sent[0]?.subject).toBe(`[Toolgate] ${event.text}`);
    expect(sent[0]?.text).toContain(`\n${event.url}\n`);
    expect(sent[0]?.text).toContain('\nreason: Resuming sends e-mail at once.\n');
  });

  it.each([
    'approval.expired',
    'policy.published',
    'grant.minted',
    'grant.revoked',
    'server.unreachable',
  ] as const)('of the kind %s goes to no person', async (name) => {
    const telling = notifier(async () => ['a@example.com']);
    await telling.notify({ ...event, event: name });
    await telling.stop();
    expect(sent).toEqual([]);
  });

  it('cannot add headers, lines or links to an e-mail by its words', async () => {
    const words = 'x\r\nBcc: all@example.com\r\n\r\nSee https://evil.example';
    const telling = notifier(async () => ['a@example.com']);
    await telling.notify({ ...event, text: words, facts: { reason: words } });
    await telling.stop();
    expect(sent[0]?.subject).not.toMatch(/[\r\n]/);
    expect(sent[0]?.text).not.toMatch(/^Bcc|\r|https:\/\/evil/m);
  });

  it('that cannot be told is logged, and stops nobody', async () => {
    let logged = '';
    await store.close();
    const telling = createNotifier({
      store: store.control.webhooks,
      clock: { now: () => NOW },
      log: createLog('debug', { write: (line: string) => void (logged += line) }),
      mail: { send: async (mail) => void sent.push(mail) },
      recipients: async () => ['a@example.com'],
    });
    await telling.notify(event);
    await telling.stop();
    expect(logged).toContain('a notification was lost');
    expect(sent).toHaveLength(1);
    store = openStore({ dataDir: ':memory:' });
  });
});

describe('the queue of e-mails', () => {
  const mailTo = (to: string): Mail => ({ to, subject: 's', text: 't' });

  it('tries again what could not be sent, while others go on', async () => {
    const tried: string[] = [];
    let isDone: () => void;
    const done = new Promise<void>((resolve) => (isDone = resolve));
    const queue = createMailQueue(
      {
        async send({ to }) {
          tried.push(to);
          if (to === 'a' && tried.filter((name) => name === 'a').length < 3) throw new Error('refused');
          if (to === 'a') isDone();
        },
      },
      silentLog,
      [1, 1, 1],
    );
    queue.add([mailTo('a'), mailTo('b')]);
    await done;
    await queue.stop();
    expect(tried).toEqual(['a', 'b', 'a', 'a']);
  });

  it('gives up after the last pause, and at the end does not wait for pauses', async () => {
    let tries = 0;
    let logged = '';
    const log = createLog('debug', { write: (line: string) => void (logged += line) });
    const queue = createMailQueue(
      {
        async send() {
          tries++;
          throw new Error('refused');
        },
      },
      log,
      [3_600_000],
    );
    queue.add([mailTo('a')]);
    await new Promise((resolve) => setImmediate(resolve)); // it failed, and pauses for an hour
    await queue.stop();
    expect(tries).toBe(2);
    expect(logged).toContain('an e-mail could not be sent');
    expect(logged).not.toContain('"to"');
  });

  it('takes a bounded number, and says what it dropped', async () => {
    const dropped: unknown[] = [];
    let sendings = 0;
    const log = { ...silentLog, error: (facts: unknown) => void dropped.push(facts) } as typeof silentLog;
    const queue = createMailQueue({ send: async () => void sendings++ }, log);
    queue.add(Array.from({ length: 1500 }, () => mailTo('a')));
    await queue.stop();
    expect(dropped).toEqual([{ dropped: 500 }]);
    expect(sendings).toBe(1000);
  });
});
