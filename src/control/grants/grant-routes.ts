import * as z from 'zod';
import { hashGrantToken, newGrantToken, newId } from '#platform';
import type { GrantEdit, StoredGrant } from '#store';
import { refusedRole } from '../access.ts';
import { actorOf } from '../caller.ts';
import { PAGE_QUERY, pageOf } from '../paging.ts';
import { notFound, type Problem } from '../problem.ts';
import { route, type Access, type Route } from '../route.ts';
import {
  declaredGrant,
  grantAnswer,
  GrantAnswer,
  GrantList,
  GrantWithToken,
  stateOf,
} from './grant-answers.ts';
import { ADDRESSES, EXPIRES_AT, expiryOf, LABEL, POLICY, rangesOf } from './grant-fields.ts';
import { declaredOf, findGrant, grantToChange, refusedPolicy, type GrantParts } from './grant-parts.ts';
import { revokeRoutes } from './revoke-routes.ts';

export type { GrantParts } from './grant-parts.ts';

const TAG = 'Grants';
const READ = { kind: 'member', role: 'viewer', scope: 'grants:read' } as const satisfies Access;
const ADMIN = { kind: 'member', role: 'admin', scope: 'grants:write' } as const satisfies Access;
/** Policies are attached and detached by those who write them; the rest of a grant is an admin's. */
const ATTACH = { kind: 'member', role: 'policy_manager', scope: 'grants:write' } as const satisfies Access;

const MOST_OVERLAP_SECONDS = 30 * 24 * 3600;
const USUAL_OVERLAP_SECONDS = 3600;

/** Grants: mint, read, change, rotate and revoke the credentials of agents. */
export function grantRoutes(parts: GrantParts): readonly Route[] {
  return [
    listRoute(parts),
    findRoute(parts),
    mintRoute(parts),
    changeRoute(parts),
    rotateRoute(parts),
    ...revokeRoutes(parts, { tag: TAG, access: ADMIN }),
  ];
}

function listRoute({ grants, declaredGrants }: GrantParts): Route {
  return route({
    method: 'GET',
    path: '/grants',
    id: 'listGrants',
    tag: TAG,
    summary: 'Grants, those of the configuration file first, then the oldest; those that were revoked too.',
    access: READ,
    query: z.strictObject({
      ...PAGE_QUERY,
      server: z.string().max(100).optional().describe('Only those of this server.'),
    }),
    answer: GrantList,
    async run({ query, caller, at }) {
      const { organisation } = caller;
      const declared = declaredGrants(organisation).filter(
        ({ server }) => query.server === undefined || query.server === server,
      );
      const minted = await grants.ofOrganisation(organisation, query.server);
      const all = [
        ...declared.map((grant) => ({ place: [-1, grant.id], answer: declaredGrant(grant, at) })),
        ...minted.map((grant) => ({
          place: [grant.createdAt, grant.id],
          answer: grantAnswer(grant, at),
        })),
      ];
      const page = pageOf(all, query, ({ place }) => place);
      return { answer: { ...page, items: page.items.map(({ answer }) => answer) } };
    },
  });
}

function findRoute(parts: GrantParts): Route {
  return route({
    method: 'GET',
    path: '/grants/{grant}',
    id: 'getGrant',
    tag: TAG,
    summary: 'A grant.',
    access: READ,
    answer: GrantAnswer,
    async run({ path: { grant: id = '' }, caller, at }) {
      const declared = declaredOf(parts, caller.organisation, id);
      if (declared !== undefined) return { answer: declaredGrant(declared, at) };
      const grant = await findGrant(parts, caller.organisation, id);
      return grant === undefined ? notFound('grant') : { answer: grantAnswer(grant, at) };
    },
  });
}

function mintRoute(parts: GrantParts): Route {
  return route({
    method: 'POST',
    path: '/grants',
    id: 'mintGrant',
    tag: TAG,
    summary: 'Makes a grant. Its token is in this answer, and nowhere else.',
    access: ADMIN,
    body: z.strictObject({
      server: z.string().max(100).describe('Server that the grant is for.'),
      label: LABEL,
      policy: POLICY.optional(),
      expiresAt: EXPIRES_AT.optional(),
      addresses: ADDRESSES.optional(),
    }),
    answer: GrantWithToken,
    status: 201,
    async run({ body, caller, at, change }) {
      const { organisation } = caller;
      const server = await parts.serverOf(organisation, body.server);
      if (server === undefined) return { problem: NO_SUCH_SERVER };
      const expiry = body.expiresAt === undefined ? undefined : expiryOf(body.expiresAt, at);
      if (expiry !== undefined && 'problem' in expiry) return expiry;
      const token = newGrantToken();
      const grant: StoredGrant = {
        id: newId('grant', at),
        label: body.label,
        server: server.id,
        policy: body.policy,
        createdAt: at,
        expiresAt: expiry?.expiresAt,
        revokedAt: undefined,
        organisation,
        ...(body.addresses !== undefined && { addresses: rangesOf(body.addresses) }),
        tokenHash: hashGrantToken(token),
      };
      const { id, label, policy } = grant;
      const refused = await change(
        (refusal) =>
          refusal === undefined
            ? { action: 'grant.mint', target: `grant:${id}`, detail: { label, server: server.id, policy } }
            : undefined,
        async () => {
          const refusal = await refusedPolicy(parts, organisation, server.id, policy);
          if (refusal === undefined) await parts.grants.insert(grant);
          return refusal;
        },
      );
      if (refused !== undefined) return { problem: refused };
      await parts.notify({
        event: 'grant.minted',
        organisation,
        text: `${caller.label} minted the grant ${label} for ${server.name}.`,
        facts: { grant: id, label, server: server.id, policy, by: actorOf(caller) },
      });
      return { answer: { ...grantAnswer(grant, at), token } };
    },
  });
}

function changeRoute(parts: GrantParts): Route {
  return route({
    method: 'PATCH',
    path: '/grants/{grant}',
    id: 'changeGrant',
    tag: TAG,
    summary:
      'Changes what is given; null takes policy, end or addresses away. A policy manager may change the policy only.',
    access: ATTACH,
    body: z
      .strictObject({
        label: LABEL.optional(),
        policy: POLICY.nullable().optional(),
        expiresAt: EXPIRES_AT.nullable().optional(),
        addresses: ADDRESSES.nullable().optional(),
      })
      .refine((edit) => Object.keys(edit).length > 0, 'must change something')
      .meta({ minProperties: 1 }),
    answer: GrantAnswer,
    refusals: [409],
    async run({ path: { grant: id = '' }, body, caller, at, change }) {
      const { label, policy, expiresAt, addresses } = body;
      const isMore = [label, expiresAt, addresses].some((member) => member !== undefined);
      const refused = isMore ? refusedRole(caller, 'admin') : undefined;
      if (refused !== undefined) return { problem: refused };
      const found = await grantToChange(parts, caller.organisation, id);
      if ('problem' in found) return found;
      const { grant } = found;
      const expiry = typeof expiresAt === 'string' ? expiryOf(expiresAt, at) : { expiresAt };
      if ('problem' in expiry) return expiry;
      const edit: GrantEdit = {
        ...(label !== undefined && { label }),
        ...(policy !== undefined && { policy }),
        ...(expiry.expiresAt !== undefined && { expiresAt: expiry.expiresAt }),
        ...(addresses !== undefined && { addresses: addresses === null ? null : rangesOf(addresses) }),
      };
      const unchanged = await change(
        (refusal) =>
          refusal === undefined
            ? { action: 'grant.change', target: `grant:${id}`, detail: { ...edit } }
            : undefined,
        async () => {
          const refusal = await refusedPolicy(parts, caller.organisation, grant.server, policy ?? undefined);
          if (refusal !== undefined) return refusal;
          return (await parts.grants.change(caller.organisation, id, edit)) === undefined
            ? REVOKED
            : undefined;
        },
      );
      if (unchanged !== undefined) return { problem: unchanged };
      const now = await findGrant(parts, caller.organisation, id);
      return now === undefined ? notFound('grant') : { answer: grantAnswer(now, at) };
    },
  });
}

function rotateRoute(parts: GrantParts): Route {
  return route({
    method: 'POST',
    path: '/grants/{grant}/rotate',
    id: 'rotateGrant',
    tag: TAG,
    summary:
      'Gives a grant a new token, which is in this answer and nowhere else. The one before is taken for a while.',
    access: ADMIN,
    body: z
      .strictObject({
        overlapSeconds: z
          .int()
          .min(0)
          .max(MOST_OVERLAP_SECONDS)
          .default(USUAL_OVERLAP_SECONDS)
          .describe('How long the token before is taken too, in seconds; an hour when it is left out.'),
      })
      .prefault({}),
    answer: GrantWithToken,
    refusals: [409],
    async run({ path: { grant: id = '' }, body: { overlapSeconds }, caller, at, change }) {
      const found = await grantToChange(parts, caller.organisation, id);
      if ('problem' in found) return found;
      if (stateOf(found.grant, at) === 'expired') return { problem: EXPIRED };
      const token = newGrantToken();
      const rotated = await change(
        (done) =>
          done ? { action: 'grant.rotate', target: `grant:${id}`, detail: { overlapSeconds } } : undefined,
        async () => {
          const until = at + overlapSeconds * 1000;
          const done = await parts.grants.rotate(caller.organisation, id, hashGrantToken(token), until);
          return done !== undefined;
        },
      );
      if (!rotated) return { problem: REVOKED };
      const now = await findGrant(parts, caller.organisation, id);
      return now === undefined ? notFound('grant') : { answer: { ...grantAnswer(now, at), token } };
    },
  });
}

const NO_SUCH_SERVER: Problem = {
  status: 422,
  code: 'grant.server',
  detail: 'There is no such server in this organisation.',
  errors: [{ pointer: '/server', message: 'names no server' }],
};
const REVOKED: Problem = {
  status: 409,
  code: 'grant.revoked',
  detail: 'The grant is revoked.',
  hint: 'Mint another one.',
};
const EXPIRED: Problem = {
  status: 409,
  code: 'grant.expired',
  detail: 'The grant has expired, and a new token would be worth nothing.',
  hint: 'Give it a later end first, or mint another one.',
};
