import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { askAhead, forgetAhead, keepOrganisation, takeAhead } from './ahead.ts';

const kept = new Map<string, string>();
vi.stubGlobal('localStorage', {
  getItem: (name: string) => kept.get(name) ?? null,
  setItem: (name: string, value: string) => kept.set(name, value),
  removeItem: (name: string) => kept.delete(name),
});
const answered: Response[] = [];
/** A gateway that says what it was asked; at one path nobody answers. */
vi.stubGlobal('fetch', async (url: string, { headers }: RequestInit) => {
  if (url === '/away') throw new TypeError('Failed to fetch');
  const answer = new Response(`${url} of ${new Headers(headers).get('toolgate-organisation') ?? 'any'}`);
  answered.push(answer);
  return answer;
});

beforeEach(() => {
  forgetAhead();
  kept.clear();
  vi.useFakeTimers({ toFake: ['setTimeout'] });
});
afterEach(() => vi.useRealTimers());

const textOf = async (response: Promise<Response> | undefined) => (await response)?.text();

describe('what is asked ahead', () => {
  it('is there once, for whoever asks the same', async () => {
    const url = '/logs?limit=2';
    askAhead([url]);
    expect(takeAhead('/logs?limit=3', undefined)).toBeUndefined();
    expect(await textOf(takeAhead(url, undefined))).toBe('/logs?limit=2 of any');
    expect(takeAhead(url, undefined)).toBeUndefined();
  });

  it('is of the organisation that was looked at last, and for that one only', async () => {
    keepOrganisation('org_1');
    askAhead(['/logs']);
    expect(takeAhead('/logs', undefined)).toBeUndefined();
    expect(takeAhead('/logs', 'org_2')).toBeUndefined();
    expect(await textOf(takeAhead('/logs', 'org_1'))).toBe('/logs of org_1');
  });

  it('is asked anew when it is old, and then not read any more', async () => {
    askAhead(['/logs', '/me']);
    vi.advanceTimersByTime(4_999);
    const taken = takeAhead('/me', undefined);
    vi.advanceTimersByTime(1);
    expect(takeAhead('/logs', undefined)).toBeUndefined();
    expect(await textOf(taken)).toBe('/me of any');
    const [logs] = answered.slice(-2);
    expect(logs?.bodyUsed).toBe(true);
  });

  it('is asked anew when it was for somebody who is gone, or when nobody answered', async () => {
    askAhead(['/logs']);
    forgetAhead();
    expect(takeAhead('/logs', undefined)).toBeUndefined();
    askAhead(['/away']);
    await nextTurn();
    expect(takeAhead('/away', undefined)).toBeUndefined();
  });
});

function nextTurn(): Promise<void> {
  return new Promise((done) => setImmediate(done));
}
