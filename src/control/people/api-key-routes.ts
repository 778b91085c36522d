import * as z from 'zod';
import { newId } from '#platform';
import type { ApiKey, ApiKeyStore } from '#store';
import { PAGE_QUERY, pageOf, pageSchema } from '../paging.ts';
import { notFound } from '../problem.ts';
import { route, SCOPES, type Route } from '../route.ts';
import { TOO_MUCH } from './member-routes.ts';
import type { PeopleParts } from './people-parts.ts';
import { isoTime, scopeSchema } from './people-shapes.ts';
import { rightsOfCaller } from './rights.ts';
import { hashToken, newToken } from './tokens.ts';

const apiKeySchema = z
  .object({
    id: z.string(),
    label: z.string(),
    scopes: z.array(z.string()),
    createdBy: z.string(),
    createdAt: z.iso.datetime(),
    expiresAt: z.iso.datetime().nullable(),
    revokedAt: z.iso.datetime().nullable(),
    lastUsedAt: z.iso.datetime().nullable().describe('To the minute.'),
  })
  .meta({ id: 'ApiKey' });

/** Keys with which scripts use this API. */
export function apiKeyRoutes({ apiKeys }: PeopleParts): readonly Route[] {
  return [list(apiKeys), create(apiKeys), revoke(apiKeys)];
}

function list(apiKeys: ApiKeyStore): Route {
  return route({
    method: 'GET',
    path: '/api-keys',
    id: 'listApiKeys',
    tag: 'API keys',
    summary: 'All keys of the organisation, newest first; never the tokens.',
    access: { kind: 'member', role: 'admin', scope: 'members:read' },
    query: z.object(PAGE_QUERY),
    answer: pageSchema(apiKeySchema, 'ApiKeyList'),
    run: async ({ query, caller: { organisation } }) => {
      const all = await apiKeys.list(organisation);
      const page = pageOf(all, query, ({ createdAt, id }) => [createdAt, id], 'newest');
      return { answer: { ...page, items: page.items.map(keyAnswer) } };
    },
  });
}

function create(apiKeys: ApiKeyStore): Route {
  return route({
    method: 'POST',
    path: '/api-keys',
    id: 'createApiKey',
    tag: 'API keys',
    summary: 'Makes a key. The token is in this answer and nowhere else.',
    access: { kind: 'member', role: 'admin', scope: 'members:write' },
    status: 201,
    body: z.strictObject({
      label: z.string().trim().min(1).max(100).describe('What the key is for.'),
      scopes: z
        .array(scopeSchema)
        .min(1)
        .max(SCOPES.length)
        .describe('What it may do; never more than whoever makes it.'),
      expiresAt: z.iso
        .datetime({ offset: true })
        .optional()
        .describe('When it stops working; left out: when it is revoked.'),
    }),
    answer: z.object({ key: apiKeySchema, token: z.string() }).meta({ id: 'NewApiKey' }),
    refusals: [403, 422],
    run: async ({ body, caller, at, change }) => {
      const rights = rightsOfCaller(caller);
      const scopes = SCOPES.filter((scope) => body.scopes.includes(scope));
      if (!scopes.every((scope) => rights.includes(scope))) {
        return caller.kind === 'key' ? { problem: TOO_MUCH } : { problem: NOT_YOURS };
      }
      const expiresAt = body.expiresAt === undefined ? undefined : Date.parse(body.expiresAt);
      if (expiresAt !== undefined && expiresAt <= at) return { problem: EXPIRED };
      const token = newToken('key');
      const key: ApiKey = {
        id: newId('key', at),
        label: body.label,
        scopes,
        createdBy: `${caller.kind}:${caller.id}`,
        createdAt: at,
        expiresAt,
        revokedAt: undefined,
        lastUsedAt: undefined,
      };
      const draft = {
        action: 'api_key.create',
        target: `key:${key.id}`,
        detail: { label: key.label, scopes, expiresAt: body.expiresAt ?? null },
      };
      await change(draft, () => apiKeys.insert(caller.organisation, key, hashToken(token)));
      return { answer: { key: keyAnswer(key), token } };
    },
  });
}

function revoke(apiKeys: ApiKeyStore): Route {
  return route({
    method: 'DELETE',
    path: '/api-keys/{id}',
    id: 'revokeApiKey',
    tag: 'API keys',
    summary: 'Revokes a key: the next request with it is refused.',
    access: { kind: 'member', role: 'admin', scope: 'members:write' },
    status: 204,
    refusals: [404],
    run: async ({ path: { id = '' }, caller: { organisation }, at, change }) => {
      const revoked = await change(
        (done: boolean) => (done ? { action: 'api_key.revoke', target: `key:${id}` } : undefined),
        () => apiKeys.revoke(organisation, id, at),
      );
      return revoked ? { answer: undefined } : notFound('key that is not revoked');
    },
  });
}

function keyAnswer(key: ApiKey): z.input<typeof apiKeySchema> {
  const { id, label, scopes, createdBy, createdAt, expiresAt, revokedAt, lastUsedAt } = key;
  const orNull = (at: number | undefined): string | null => (at === undefined ? null : isoTime(at));
  return {
    id,
    label,
    scopes: [...scopes],
    createdBy,
    createdAt: isoTime(createdAt),
    expiresAt: orNull(expiresAt),
    revokedAt: orNull(revokedAt),
    lastUsedAt: orNull(lastUsedAt),
  };
}

const NOT_YOURS = {
  status: 403,
  code: 'people.more_than_own',
  detail: 'A key may not do more than whoever makes it.',
  hint: 'To decide held calls, be an approver yourself first.',
} as const;

const EXPIRED = {
  status: 422,
  code: 'api_key.expired',
  detail: 'The key would have expired already.',
} as const;
