import * as z from 'zod';
import type { ManagedPolicy, PolicyVersion } from '#store';
import { pageSchema } from '../paging.ts';

/** A policy that the configuration file declares: it is read here, and changed there. */
export interface DeclaredPolicy {
  readonly server: string;
  readonly name: string;
  /** Text of the document. */
  readonly document: string;
  /** Version, as the decision log names it. */
  readonly version: string;
}

const Time = z.iso.datetime();

const ProblemEntry = z
  .object({
    message: z.string(),
    pointer: z.string().describe('JSON Pointer of the faulty member; empty for the whole document.'),
    line: z.int(),
    column: z.int(),
    suggestion: z.string().optional(),
  })
  .meta({ id: 'PolicyProblem' });

export const Finding = z
  .object({
    level: z
      .enum(['error', 'warning'])
      .describe(
        '`error`: a rule without effect, or one that refuses everything; it keeps a policy from publication.',
      ),
    message: z.string(),
    pointer: z.string(),
    line: z.int().optional(),
    column: z.int().optional(),
    suggestion: z.string().optional(),
  })
  .meta({ id: 'PolicyFinding' });

export const PolicyCheck = z
  .object({
    valid: z.boolean().describe('Whether the document is a policy at all.'),
    problems: z.array(ProblemEntry).describe('Everything that keeps it from being one.'),
    findings: z.array(Finding).describe('Where it does not, or may not, do what it says on this server.'),
    unavailable: z
      .string()
      .optional()
      .describe('Why the tools of the server are not known now; there are no findings then.'),
  })
  .meta({ id: 'PolicyCheck' });
export type PolicyCheck = z.output<typeof PolicyCheck>;

const policyMembers = {
  server: z.string(),
  name: z.string(),
  managed: z.boolean().describe('False for a policy of the configuration file, which is only read here.'),
  published: z
    .int()
    .optional()
    .describe('Number of the version in force; absent while nothing is published.'),
  version: z.string().optional().describe('Version in force, as the decision log names it.'),
  hasDraft: z.boolean(),
  createdAt: Time.optional(),
  updatedAt: Time.optional(),
  updatedBy: z.string().optional(),
};

export const Policy = z.object(policyMembers).meta({ id: 'Policy' });
export const PolicyList = pageSchema(Policy, 'PolicyList');

const CheckedText = z.object({ document: z.string(), check: PolicyCheck }).meta({ id: 'CheckedPolicyText' });

export const PolicyDraft = CheckedText.extend({
  revision: z
    .int()
    .describe('Another one with every time the draft is kept: `after` of whoever goes on from it.'),
}).meta({ id: 'PolicyDraft' });

const versionMembers = {
  server: z.string(),
  name: z.string(),
  version: z.int(),
  note: z.string(),
  createdAt: Time,
  createdBy: z.string(),
};

export const PolicyVersionEntry = z.object(versionMembers).meta({ id: 'PolicyVersionEntry' });
export const PolicyVersionList = pageSchema(PolicyVersionEntry, 'PolicyVersionList');
export const PolicyVersionAnswer = z
  .object({ ...versionMembers, document: z.string().describe('Text, exactly as it was published.') })
  .meta({ id: 'PolicyVersion' });

export const PolicyDetail = z
  .object({
    ...policyMembers,
    draft: PolicyDraft.optional(),
    inForce: CheckedText.optional().describe('Text in force, and what is to be said of it today.'),
  })
  .meta({ id: 'PolicyDetail' });

export const Published = z
  .object({
    version: PolicyVersionAnswer,
    warnings: z.array(Finding),
    unavailable: z.string().optional().describe('Why it was published without the tools of the server.'),
  })
  .meta({ id: 'PublishedPolicy' });

const Verdict = z
  .object({
    outcome: z.enum(['allow', 'deny', 'hold']),
    rule: z.string(),
    message: z.string().optional().describe('What the agent would be told.'),
    limits: z.array(
      z.object({
        counter: z.string(),
        scope: z
          .enum(['grant', 'session', 'server', 'organisation'])
          .describe('Whose calls the counter counts together.'),
        windowSeconds: z.number(),
        max: z.number(),
        amount: z.number(),
      }),
    ),
    steps: z.array(
      z.object({
        rule: z.string(),
        question: z.string(),
        result: z.enum(['passed', 'refused', 'held', 'skipped']),
        why: z.string(),
      }),
    ),
  })
  .meta({ id: 'PolicyVerdict' });

export const Trial = z
  .object({
    inForce: Verdict.optional().describe('By the version in force, where there is one.'),
    candidate: Verdict.optional().describe(
      'By the document that was given, else by the draft, if it is a policy.',
    ),
    unavailable: z
      .string()
      .optional()
      .describe(
        'Why the tools of the server are not known: the call is taken to name one, and its arguments to fit.',
      ),
  })
  .meta({ id: 'PolicyTrial' });

export const PolicyDiff = z
  .object({
    from: z.string(),
    to: z.string(),
    changes: z.array(
      z.object({
        pointer: z.string().describe('Place in the newer document; for what was removed, in the older one.'),
        kind: z.enum(['added', 'removed', 'changed']),
        before: z.unknown().optional(),
        after: z.unknown().optional(),
      }),
    ),
    text: z.string().describe('The same line by line, as a unified diff; empty when the texts are the same.'),
  })
  .meta({ id: 'PolicyDiff' });

/** What is shown of a managed policy. */
export function managedPolicy(policy: ManagedPolicy): z.input<typeof Policy> {
  const { server, name, published, draft, createdAt, updatedAt, updatedBy } = policy;
  return {
    server,
    name,
    managed: true,
    ...(published !== undefined && { published, version: String(published) }),
    hasDraft: draft !== undefined,
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
    updatedBy,
  };
}

/** What is shown of a declared policy. */
export function declaredPolicy({ server, name, version }: DeclaredPolicy): z.input<typeof Policy> {
  return { server, name, managed: false, version, hasDraft: false };
}

/** What is shown of a version in a list. */
export function versionEntry(version: Omit<PolicyVersion, 'document'>): z.input<typeof PolicyVersionEntry> {
  return {
    server: version.server,
    name: version.name,
    version: version.version,
    note: version.note,
    createdAt: new Date(version.createdAt).toISOString(),
    createdBy: version.createdBy,
  };
}

/** A version with its text. */
export function versionAnswer(version: PolicyVersion): z.input<typeof PolicyVersionAnswer> {
  return { ...versionEntry(version), document: version.document };
}
