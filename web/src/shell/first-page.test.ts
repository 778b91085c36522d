import { QueryClient, QueryObserver } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readFirstPage, type First } from './first-page.ts';
import type { Opened } from './places.ts';

const ME = { user: {}, memberships: [{}], organisation: { id: 'acme' }, rights: [], mayFound: false };
const NOTHING = new URLSearchParams();
const Page = (): null => null;

/** The gateway, which tells who is signed in when it is told to. */
let answerMe: (status: number, body: unknown) => void = () => {};
let queries: QueryClient;

beforeEach(() => {
  queries = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 5_000 } } });
  const me = new Promise<Response>((done) => {
    answerMe = (status, body) => done(Response.json(body, { status }));
  });
  vi.stubGlobal('localStorage', { getItem: () => null, removeItem() {} });
  vi.stubGlobal('fetch', () => me);
});
afterEach(() => {
  queries.clear();
  vi.unstubAllGlobals();
});

function opened(first?: First, load: () => Promise<void> = () => Promise.resolve()): Opened {
  const place = {
    path: '/x',
    load: async () => {
      await load();
      return { default: Page, ...(first && { first }) };
    },
  };
  return { place, isInside: true, parts: { server: 'crm' } };
}

const reading =
  (read: () => Promise<unknown>): First =>
  (client) => [new QueryObserver(client, { queryKey: ['x'], queryFn: read, gcTime: 0 })];

describe('the first page', () => {
  it('is drawn when what it shows first is there, which it then finds', async () => {
    answerMe(200, ME);
    const letGo = await readFirstPage(queries, opened(reading(() => Promise.resolve('shown'))), NOTHING);
    expect(queries.getQueryData(['x'])).toBe('shown');
    letGo();
    // nobody reads it any more
    await vi.waitFor(() => expect(queries.getQueryCache().find({ queryKey: ['x'] })).toBeUndefined());
  });

  it('reads what the address names', async () => {
    answerMe(200, ME);
    const asked = vi.fn<First>(() => []);
    await readFirstPage(queries, opened(asked), new URLSearchParams('tab=a'));
    expect(asked).toHaveBeenCalledWith(queries, { server: 'crm' }, new URLSearchParams('tab=a'));
  });

  it('is not waited for longer than anybody looks at nothing', async () => {
    const read = vi.fn<() => Promise<unknown>>(() => new Promise(() => {}));
    answerMe(200, ME);
    const letGo = await readFirstPage(queries, opened(reading(read)), NOTHING);
    expect(read).toHaveBeenCalledOnce();
    letGo();
    expect(
      queries
        .getQueryCache()
        .find({ queryKey: ['x'] })
        ?.getObserversCount() ?? 0,
    ).toBe(0);
  });

  it('is not read for when it was drawn before anybody knew who is signed in', async () => {
    const read = vi.fn<() => Promise<unknown>>(() => Promise.resolve(1));
    const letGo = await readFirstPage(queries, opened(reading(read)), NOTHING);
    letGo();
    answerMe(200, ME);
    await vi.waitFor(() => expect(queries.isFetching()).toBe(0));
    expect(read).not.toHaveBeenCalled();
  });

  it('is not read for when it was drawn before its code was there', async () => {
    answerMe(200, ME);
    let come: () => void = () => {};
    const code = new Promise<void>((done) => (come = done));
    const read = vi.fn<() => Promise<unknown>>(() => Promise.resolve(1));
    const letGo = await readFirstPage(
      queries,
      opened(reading(read), () => code),
      NOTHING,
    );
    letGo();
    come();
    await new Promise((done) => setImmediate(done));
    expect(read).not.toHaveBeenCalled();
  });

  it('reads nothing for nobody, nor for somebody without an organisation', async () => {
    const asked = vi.fn<First>(() => []);
    answerMe(401, { code: 'auth.required' });
    await readFirstPage(queries, opened(asked), NOTHING);
    queries.clear();
    vi.stubGlobal('fetch', () =>
      Promise.resolve(Response.json({ ...ME, memberships: [], organisation: null })),
    );
    await readFirstPage(queries, opened(asked), NOTHING);
    expect(asked).not.toHaveBeenCalled();
  });

  it('forgets what was refused: the page meets it itself, and says so', async () => {
    answerMe(200, ME);
    await readFirstPage(queries, opened(reading(() => Promise.reject(new Error('no')))), NOTHING);
    expect(queries.getQueryCache().find({ queryKey: ['x'] })).toBeUndefined();
  });

  it('is drawn where its code does not come, and where there is none', async () => {
    answerMe(200, ME);
    const away = opened(undefined, () => Promise.reject(new Error('away')));
    await expect(readFirstPage(queries, away, NOTHING)).resolves.toBeTypeOf('function');
    await expect(readFirstPage(queries, undefined, NOTHING)).resolves.toBeTypeOf('function');
  });
});
