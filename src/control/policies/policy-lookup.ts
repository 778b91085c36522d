import * as z from 'zod';
import type { Caller } from '../caller.ts';
import type { Problem } from '../problem.ts';
import type { Access } from '../route.ts';
import { declaredPolicy, managedPolicy, type DeclaredPolicy, type Policy } from './policy-answers.ts';
import type { PolicyParts } from './policy-parts.ts';

export const TAG = 'Policies';
export const PATH = '/servers/{server}/policies';
export const READ = { kind: 'member', role: 'viewer', scope: 'policies:read' } as const satisfies Access;
export const WRITE = {
  kind: 'member',
  role: 'policy_manager',
  scope: 'policies:write',
} as const satisfies Access;

/** Revision of a draft that somebody saw; null where there was none. */
export const DRAFT_SEEN = z.int().min(0).nullable().optional();

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** A policy that a request names, and who asks. */
interface Named {
  readonly path: Readonly<Record<string, string>>;
  readonly caller: Caller & { readonly organisation: string };
}

/** The texts that there are of a policy. */
export interface PolicyTexts {
  readonly draft: string | undefined;
  readonly draftRevision: number | undefined;
  readonly inForce: string | undefined;
  /** What a list shows of it. */
  readonly policy: z.input<typeof Policy>;
}

/** A policy of a server with its texts; undefined when the organisation has none of that name there. */
export async function findTexts(
  parts: PolicyParts,
  { path, caller }: Named,
): Promise<PolicyTexts | undefined> {
  const { server = '', policy: name = '' } = path;
  const { organisation } = caller;
  if ((await parts.serverOf(organisation, server)) === undefined) return undefined;
  const declared = declaredOn(parts, organisation, server, name);
  if (declared !== undefined)
    return {
      draft: undefined,
      draftRevision: undefined,
      inForce: declared.document,
      policy: declaredPolicy(declared),
    };
  const policy = await parts.policies.find(organisation, server, name);
  if (policy === undefined) return undefined;
  const inForce =
    policy.published === undefined
      ? undefined
      : await parts.policies.version(organisation, server, name, policy.published);
  const { draft, draftRevision } = policy;
  return { draft, draftRevision, inForce: inForce?.document, policy: managedPolicy(policy) };
}

/** Why nothing can be written under this name; undefined when it can. */
export function refusedName(parts: PolicyParts, { path, caller }: Named): Problem | undefined {
  const { server = '', policy: name = '' } = path;
  if (declaredOn(parts, caller.organisation, server, name) !== undefined) return DECLARED;
  return NAME.test(name) ? undefined : BAD_NAME;
}

/** The declared policy of a name; undefined where the configuration file has none. */
export function declaredOn(
  { declared }: Pick<PolicyParts, 'declared'>,
  organisation: string,
  server: string,
  name: string,
): DeclaredPolicy | undefined {
  return declared(organisation).find((policy) => policy.server === server && policy.name === name);
}

export const DECLARED: Problem = {
  status: 409,
  code: 'policy.declared',
  detail: 'The configuration file declares this policy.',
  hint: 'Change it there, or take another name.',
};
const BAD_NAME: Problem = {
  status: 422,
  code: 'policy.name',
  detail:
    'The name of a policy has 1 to 63 lower-case letters, digits and hyphens, and begins with none of the last.',
};
