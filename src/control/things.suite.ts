import * as z from 'zod';
import { ToolgateError } from '#platform';
import { openTestApi, type TestApi } from './api.suite.ts';
import type { ControlApiParts } from './api.ts';
import { route, type Access, type Route } from './route.ts';

export const VIEWER = { kind: 'member', role: 'viewer', scope: 'policies:read' } as const satisfies Access;
export const ADMIN = { kind: 'member', role: 'admin', scope: 'grants:write' } as const satisfies Access;
const Thing = z.object({ name: z.string(), count: z.int() }).meta({ id: 'Thing' });

/** Routes that show what every route can rely on. */
function testRoutes(): readonly Route[] {
  let made = 0;
  const about = { tag: 'Things', summary: 'For the test.' };
  return [
    route({
      ...about,
      method: 'GET',
      path: '/things/{thing}',
      id: 'getThing',
      access: VIEWER,
      query: z.strictObject({
        limit: z.int().min(1).max(9).default(5).describe('How many.'),
        tag: z.array(z.string()).optional().describe('Tags.'),
      }),
      answer: Thing,
      run: ({ path, query }) =>
        Promise.resolve({
          answer: { name: `${path['thing']} ${query.tag?.join('+') ?? ''}`, count: query.limit },
        }),
    }),
    route({
      ...about,
      method: 'POST',
      path: '/things',
      id: 'makeThing',
      access: ADMIN,
      body: z.strictObject({
        name: z.string().min(1).max(20),
        size: z.union([z.int(), z.strictObject({ width: z.int(), height: z.int() })]).optional(),
      }),
      answer: Thing,
      status: 201,
      run: async ({ body, change }) => {
        const count = await change(
          (count) => ({ action: 'thing.make', target: `thing:${body.name}`, detail: { count } }),
          () => Promise.resolve(++made),
        );
        return { answer: { name: body.name, count, secret: 'tg_leak' } as z.input<typeof Thing> };
      },
    }),
    route({
      ...about,
      method: 'POST',
      path: '/things/check',
      id: 'checkThings',
      access: VIEWER,
      answer: Thing,
      run: () => Promise.resolve({ answer: { name: 'checked', count: 0 } }),
    }),
    route({
      ...about,
      method: 'DELETE',
      path: '/things/{thing}',
      id: 'dropThing',
      access: { ...ADMIN, approver: true },
      run: () => Promise.resolve({ answer: undefined }),
    }),
    route({
      ...about,
      method: 'POST',
      path: '/fail/{how}',
      id: 'fail',
      access: VIEWER,
      answer: Thing,
      run: async ({ path: { how }, change }) => {
        if (how === 'busy') throw new ToolgateError('store.busy', 'Busy.', { hint: 'Later.' });
        if (how === 'wrong') return { answer: { name: 'no count' } as z.input<typeof Thing> };
        if (how === 'after') await change({ action: 'thing.fail', target: 'thing' }, () => Promise.resolve());
        throw new Error('the password is hunter2');
      },
    }),
    route({
      ...about,
      method: 'GET',
      path: '/stream',
      id: 'stream',
      media: 'text/event-stream',
      access: VIEWER,
      run: () =>
        Promise.resolve({
          response: new Response('data: 1\n\n', { headers: { 'content-type': 'text/event-stream' } }),
        }),
    }),
    route({
      ...about,
      method: 'POST',
      path: '/open',
      id: 'open',
      access: { kind: 'public' },
      answer: Thing,
      run: ({ caller }) => Promise.resolve({ answer: { name: caller?.label ?? 'nobody', count: ++made } }),
    }),
    route({
      ...about,
      method: 'GET',
      path: '/me',
      id: 'me',
      access: { kind: 'person' },
      answer: Thing,
      run: ({ caller }) => Promise.resolve({ answer: { name: caller.label, count: 0 } }),
    }),
  ];
}

/** An API of those routes. */
export function openThings(changes: Partial<ControlApiParts> = {}): TestApi {
  return openTestApi(testRoutes, changes);
}
