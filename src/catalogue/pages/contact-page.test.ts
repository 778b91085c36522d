import { beforeEach, describe, expect, it, test } from 'vitest';
import type { ContactMessage } from '#store';
import { createContactLimit } from './contact-limit.ts';
import { createSite } from './site.ts';

const ORIGIN = 'https://toolgate.example';
const GOOD = { name: 'A visitor', email: 'visitor@mail.example', text: 'This class is wrong.' };

let time = Date.parse('2026-11-20T10:00:00Z');
let messages: ContactMessage[] = [];
const site = createSite({
  index: () => undefined,
  definitions: { definitionsOf: async () => undefined },
  contact: { insert: async (message) => void messages.push(message), list: async () => messages },
  origin: ORIGIN,
  version: '0',
  now: () => time,
});

beforeEach(() => {
  messages = [];
  time += 24 * 3_600_000; // what was sent before is forgotten
});

async function sent(
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = { origin: ORIGIN },
): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await site.request('/contact', {
    method: 'POST',
    body: new URLSearchParams(form).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  });
  return { status: answer.status, text: await answer.text() };
}

describe('a message', () => {
  it('is kept, and answered', async () => {
    const { status, text } = await sent({ ...GOOD, text: ' two\r\nlines ' });
    expect(status).toBe(200);
    expect(text).toContain('Message sent.');
    expect(messages).toMatchObject([{ ...GOOD, text: 'two\nlines', at: time }]);
    expect(messages[0]?.id).toMatch(/^msg_/);
  });

  test.each([
    [{ ...GOOD, name: '' }, 'Write your name.', 'name'],
    [{ ...GOOD, email: '' }, 'Write the address', 'email'],
    [{ ...GOOD, email: 'visitor@nowhere' }, 'This is not an e-mail address.', 'email'],
    [{ ...GOOD, email: 'a@b.example\r\nBcc: c@d.example' }, 'This is not an e-mail address.', 'email'],
    [{ ...GOOD, text: '   ' }, 'Write a message.', 'text'],
    [{ ...GOOD, text: 'x'.repeat(5001) }, 'at most 5000 characters', 'text'],
    [{}, 'Not sent: 3 fields to correct.', 'name'],
  ])('%# that is not whole is told at its field', async (form, message, field) => {
    const { status, text } = await sent(form);
    expect(status).toBe(400);
    expect(text).toContain(message);
    expect(text).toContain(`id="${field}-fault"`);
    expect(messages).toEqual([]);
  });

  it('comes back as text, to be corrected', async () => {
    const { text } = await sent({ name: '"><script>alert(1)</script>', email: 'x', text: '</textarea><b>' });
    expect(text).not.toContain('<script>alert');
    expect(text).toContain('&lt;/textarea&gt;&lt;b&gt;');
  });

  it('of a program that fills every field is not kept', async () => {
    expect((await sent({ ...GOOD, website: 'https://spam.example' })).text).toContain('Message sent.');
    expect(messages).toEqual([]);
  });

  it('of a body without an end is refused', async () => {
    expect((await sent({ ...GOOD, text: 'x'.repeat(200_000) })).status).toBe(400);
    expect(messages).toEqual([]);
  });
});

describe('where the form was sent from', () => {
  test.each([
    [{ origin: ORIGIN }, 200],
    [{ origin: ORIGIN, 'sec-fetch-site': 'same-origin' }, 200],
    [{ origin: 'http://gate.local:8750', host: 'gate.local:8750' }, 200],
    [{}, 200],
    [{ origin: 'https://elsewhere.example' }, 400],
    [{ origin: 'null' }, 400],
    [{ 'sec-fetch-site': 'cross-site' }, 400],
    [{ origin: ORIGIN, 'sec-fetch-site': 'same-site' }, 400],
  ])('%j gives %i', async (headers, status) => {
    expect((await sent(GOOD, headers as Record<string, string>)).status).toBe(status);
    expect(messages).toHaveLength(status === 200 ? 1 : 0);
  });
});

describe('how many messages are taken', () => {
  it('is five an hour of one client', async () => {
    for (let i = 0; i < 5; i++) expect((await sent(GOOD)).status).toBe(200);
    const { status, text } = await sent(GOOD);
    expect(status).toBe(429);
    expect(text).toContain(GOOD.text);
    time += 3_600_000;
    expect((await sent(GOOD)).status).toBe(200);
    expect(messages).toHaveLength(6);
  });

  it('is a hundred an hour of all, and no more are remembered', () => {
    const limit = createContactLimit(() => 0);
    const taken = Array.from({ length: 1000 }, (_, i) => limit.take(`client ${i}`));
    expect(taken.filter(Boolean)).toHaveLength(100);
  });
});
