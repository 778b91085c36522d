import type { PolicyVersion } from '#store';
import { actorOf, type Caller } from '../caller.ts';
import type { Problem } from '../problem.ts';
import type { Ask } from '../route.ts';
import type { PolicyCheck } from './policy-answers.ts';
import { checkDocument, notAPolicy } from './policy-document.ts';
import type { KnownServer, PolicyParts } from './policy-parts.ts';

/** What is asked of a publication. */
export interface Publication {
  readonly server: KnownServer;
  readonly name: string;
  readonly document: string;
  readonly note: string;
  /** Version that the person saw in force; null: none was. Undefined: whatever is in force is replaced. */
  readonly after: number | null | undefined;
  /** Publish although the tools of the server cannot be known. */
  readonly force: boolean;
  /** Revision of the draft that the publication takes away; null: there was none. Undefined: whatever draft is there goes. `kept`: it stays. */
  readonly draft: number | null | 'kept' | undefined;
  /** `policy.publish` or `policy.restore` */
  readonly action: string;
}

export interface PublicationOutcome {
  readonly version: PolicyVersion;
  readonly warnings: PolicyCheck['findings'];
  readonly unavailable: string | undefined;
}

type PublishAsk = Pick<
  Ask<never, never, Caller & { readonly organisation: string }>,
  'caller' | 'at' | 'change'
>;

/**
 * Puts a document in force as the next version of a policy, if it is a policy and lints without errors against the tools that its server
 * lists now. Throws `policy.conflict` when another version, `policy.draft_conflict` when another draft is there than was seen.
 */
export async function publishPolicy(
  parts: PolicyParts,
  { caller, at, change }: PublishAsk,
  publication: Publication,
): Promise<PublicationOutcome | { readonly problem: Problem }> {
  const { server, name, document, note, force, action } = publication;
  const { organisation } = caller;
  const tools = await parts.liveTools(organisation, server.id);
  const unavailable = 'unavailable' in tools ? tools.unavailable : undefined;
  const check = checkDocument(document, tools);
  const refused = refusedPublication(check, force);
  if (refused !== undefined) return { problem: refused };
  const by = actorOf(caller);
  const version = await change(
    (made) => ({
      action,
      target: `policy:${server.id}/${name}`,
      detail: { version: made.version, note, ...(unavailable !== undefined && { unchecked: true }) },
    }),
    async () => {
      const after = await seenVersion(parts, organisation, publication);
      const made = await parts.policies.publish(
        organisation,
        { server: server.id, name, document, note, createdAt: at, createdBy: by },
        after,
        publication.draft,
      );
      if (!('unavailable' in tools))
        await parts.onPublished({ organisation, server: server.id, policy: name, tools, by, at });
      return made;
    },
  );
  await parts.notify({
    event: 'policy.published',
    organisation,
    text: `${caller.label} published version ${version.version} of the policy ${name} of ${server.name}.`,
    facts: { server: server.id, policy: name, version: version.version, note, by },
  });
  return { version, warnings: check.findings, unavailable };
}

/** The version that must be in force still; asked in the transaction. */
async function seenVersion(
  { policies }: PolicyParts,
  organisation: string,
  { server, name, after }: Publication,
): Promise<number | undefined> {
  if (after !== undefined) return after ?? undefined;
  return (await policies.find(organisation, server.id, name))?.published;
}

function refusedPublication(check: PolicyCheck, force: boolean): Problem | undefined {
  if (!check.valid) return notAPolicy(check.problems);
  const errors = check.findings.filter(({ level }) => level === 'error');
  if (errors.length > 0) {
    return {
      status: 422,
      code: 'policy.lint',
      detail: 'The policy does not do on this server what it says.',
      hint: 'Correct every error; warnings do not keep it from publication.',
      errors: errors.map(({ level: _level, ...fault }) => fault),
    };
  }
  if (check.unavailable === undefined || force) return undefined;
  return {
    status: 422,
    code: 'policy.unchecked',
    detail: `The tools of the server are not known, so the policy was not checked against them: ${check.unavailable}`,
    hint: 'Repeat it when the server answers, or publish it unchecked with "force": true.',
  };
}
