import { afterEach, describe, expect, it } from 'vitest';
import { listenForCallback, type CallbackListener } from './callback-listener.ts';

const open: CallbackListener[] = [];
afterEach(async () => {
  for (const listener of open.splice(0)) await listener.close();
});

async function listen(wanted?: string, preferred?: string): Promise<CallbackListener> {
  const listener = await listenForCallback(wanted, preferred);
  open.push(listener);
  return listener;
}

const isExpected = (answer: URLSearchParams): boolean => answer.get('state') === 'ours';

describe('the address of a login', () => {
  it('takes the one answer that is expected, and turns the rest away', async () => {
    const listener = await listen();
    expect(listener.redirectUri).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/callback$/);
    const statusOf = async (path: string, init?: RequestInit): Promise<number> =>
      (await fetch(new URL(path, listener.redirectUri), init)).status;
    expect(await statusOf('/callback?state=ours&code=early')).toBe(404);
    const answer = listener.answer(isExpected, 5_000);
    expect(await statusOf('/favicon.ico')).toBe(404);
    expect(await statusOf('/callback?state=theirs&code=x')).toBe(404);
    expect(await statusOf('/callback?state=ours', { method: 'POST' })).toBe(400);
    expect(await statusOf(`/callback?state=ours&code=${'x'.repeat(16_384)}`)).toBeGreaterThanOrEqual(400);
    expect(await statusOf('/callback?state=ours&code=first')).toBe(200);
    expect(await statusOf('/callback?state=ours&code=second')).toBe(404);
    expect((await answer).get('code')).toBe('first');
  });

  it('repeats nothing that it was sent', async () => {
    const listener = await listen();
    const answer = listener.answer(isExpected, 5_000);
    const response = await fetch(`${listener.redirectUri}?state=ours&code=%3Cscript%3E`);
    expect(await response.text()).not.toContain('script');
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    await answer;
  });

  it('is given up when nobody comes', async () => {
    await expect((await listen()).answer(isExpected, 10)).rejects.toMatchObject({ code: 'login.timeout' });
  });

  it('is the wanted one or none', async () => {
    const first = await listen();
    const wanted = first.redirectUri.replace('/callback', '/elsewhere');
    await expect(listenForCallback(wanted, undefined)).rejects.toMatchObject({ code: 'login.cannot_listen' });
    await open.pop()?.close();
    expect((await listen(wanted)).redirectUri).toBe(wanted);
  });

  it('is the one from before where that is free, else another one', async () => {
    const before = (await listen()).redirectUri;
    const other = await listen(undefined, before);
    expect(other.redirectUri).not.toBe(before);
    for (const listener of open.splice(0)) await listener.close();
    expect((await listen(undefined, before)).redirectUri).toBe(before);
  });
});
