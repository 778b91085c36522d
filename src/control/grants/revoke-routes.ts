import type { StoredGrant } from '#store';
import { actorOf, type Caller } from '../caller.ts';
import { notFound } from '../problem.ts';
import { route, type Access, type Ask, type Route } from '../route.ts';
import { grantAnswer, GrantAnswer } from './grant-answers.ts';
import { findGrant, refusedChange, type GrantParts } from './grant-parts.ts';

type RevokeAsk = Pick<
  Ask<undefined, undefined, Caller & { readonly organisation: string }>,
  'path' | 'caller' | 'at' | 'change'
>;

/** Two ways to say the same; a grant that is revoked already stays as it is. */
export function revokeRoutes(
  parts: GrantParts,
  { tag, access }: { readonly tag: string; readonly access: Extract<Access, { readonly kind: 'member' }> },
): readonly Route[] {
  const summary = 'Revokes a grant: its tokens are refused from the next request on.';
  return [
    route({
      method: 'POST',
      path: '/grants/{grant}/revoke',
      id: 'revokeGrant',
      tag,
      summary,
      access,
      answer: GrantAnswer,
      refusals: [409],
      async run(ask) {
        const problem = refusedChange(parts, ask.caller.organisation, ask.path['grant'] ?? '');
        if (problem !== undefined) return { problem };
        const revoked = await revoke(parts, ask);
        return revoked === undefined ? notFound('grant') : { answer: grantAnswer(revoked, ask.at) };
      },
    }),
    route({
      method: 'DELETE',
      path: '/grants/{grant}',
      id: 'deleteGrant',
      tag,
      summary,
      access,
      refusals: [409],
      async run(ask) {
        const problem = refusedChange(parts, ask.caller.organisation, ask.path['grant'] ?? '');
        if (problem !== undefined) return { problem };
        const revoked = await revoke(parts, ask);
        return revoked === undefined ? notFound('grant') : { answer: undefined };
      },
    }),
  ];
}

/** The revoked grant; undefined when the organisation has none of this id. */
async function revoke(
  parts: GrantParts,
  { path: { grant: id = '' }, caller, at, change }: RevokeAsk,
): Promise<StoredGrant | undefined> {
  const { organisation } = caller;
  const { grant, isNew } = await change(
    (done) =>
      done.isNew && done.grant !== undefined
        ? { action: 'grant.revoke', target: `grant:${id}`, detail: { label: done.grant.label } }
        : undefined,
    async () => {
      const found = await findGrant(parts, organisation, id);
      if (found === undefined || found.revokedAt !== undefined) return { grant: found, isNew: false };
      await parts.grants.revoke(id, at);
      return { grant: { ...found, revokedAt: at }, isNew: true };
    },
  );
  if (grant !== undefined && isNew) {
    const { label, server } = grant;
    await parts.notify({
      event: 'grant.revoked',
      organisation,
      text: `${caller.label} revoked the grant ${label} of ${server}.`,
      facts: { grant: id, label, server, by: actorOf(caller) },
    });
  }
  return grant;
}
