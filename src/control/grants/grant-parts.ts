import type { NotifiedEvent } from '#notifications';
import type { GrantStore, PolicyStore, StoredGrant } from '#store';
import { notFound, type Problem } from '../problem.ts';
import type { DeclaredGrant } from './grant-answers.ts';

export interface GrantParts {
  readonly grants: GrantStore;
  readonly policies: Pick<PolicyStore, 'list'>;
  readonly serverOf: (
    organisation: string,
    server: string,
  ) => Promise<{ readonly id: string; readonly name: string } | undefined>;
  /** Policies of the configuration file on the servers of an organisation. */
  readonly declared: (organisation: string) => readonly { readonly server: string; readonly name: string }[];
  /** Grants of the configuration file for the servers of an organisation. */
  readonly declaredGrants: (organisation: string) => readonly DeclaredGrant[];
  readonly notify: (event: NotifiedEvent) => Promise<void>;
}

/** The declared grant of an id; undefined where the configuration file has none. */
export function declaredOf(
  { declaredGrants }: Pick<GrantParts, 'declaredGrants'>,
  organisation: string,
  id: string,
): DeclaredGrant | undefined {
  return declaredGrants(organisation).find((grant) => grant.id === id);
}

/** Why a grant of the configuration file cannot be changed; undefined for every other id. */
export function refusedChange(
  parts: Pick<GrantParts, 'declaredGrants'>,
  organisation: string,
  id: string,
): Problem | undefined {
  const declared = declaredOf(parts, organisation, id);
  return (
    declared && {
      status: 409,
      code: 'grant.declared',
      detail: 'The configuration file declares this grant.',
      hint: `Change it in ${declared.file}, or mint another one here.`,
    }
  );
}

/** The grant that a change is for, or why there is none to change. */
export async function grantToChange(
  parts: Pick<GrantParts, 'grants' | 'declaredGrants'>,
  organisation: string,
  id: string,
): Promise<{ readonly grant: StoredGrant } | { readonly problem: Problem }> {
  const problem = refusedChange(parts, organisation, id);
  if (problem !== undefined) return { problem };
  const grant = await findGrant(parts, organisation, id);
  return grant === undefined ? notFound('grant') : { grant };
}

/** A minted grant of an organisation; undefined for one that is another's. */
export async function findGrant(
  { grants }: Pick<GrantParts, 'grants'>,
  organisation: string,
  id: string,
): Promise<StoredGrant | undefined> {
  return (await grants.ofOrganisation(organisation)).find((grant) => grant.id === id);
}

/** Why a grant of a server cannot carry a policy, or none; undefined when it can. */
export async function refusedPolicy(
  { policies, declared }: GrantParts,
  organisation: string,
  server: string,
  policy: string | undefined,
): Promise<Problem | undefined> {
  if (policy === undefined) return undefined;
  const managed = await policies.list(organisation, server);
  const choices = new Set([
    ...declared(organisation)
      .filter((one) => one.server === server)
      .map(({ name }) => name),
    ...managed.filter(({ published }) => published !== undefined).map(({ name }) => name),
  ]);
  if (choices.has(policy)) return undefined;
  const known = [...choices].sort().join(', ');
  return {
    status: 422,
    code: 'grant.policy',
    detail: 'No policy of this name is in force on the server.',
    hint: known === '' ? 'Publish a policy of the server first.' : `In force are: ${known}.`,
    errors: [{ pointer: '/policy', message: 'names no policy in force' }],
  };
}
