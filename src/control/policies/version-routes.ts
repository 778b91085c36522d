import * as z from 'zod';
import { parseStrictText, type Json } from '#mcp';
import { PAGE_QUERY, pageOf } from '../paging.ts';
import { notFound, type Problem } from '../problem.ts';
import { route, type Outcome, type Route } from '../route.ts';
import { jsonDiff } from './json-diff.ts';
import {
  PolicyDiff,
  PolicyVersionAnswer,
  PolicyVersionList,
  Published,
  versionAnswer,
  versionEntry,
} from './policy-answers.ts';
import { DOCUMENT, refusedDraft } from './policy-document.ts';
import { DRAFT_SEEN, PATH, READ, refusedName, TAG, WRITE } from './policy-lookup.ts';
import type { PolicyParts } from './policy-parts.ts';
import { publishPolicy, type PublicationOutcome } from './publish-policy.ts';
import { textDiff } from './text-diff.ts';

const NOTE = z.string().max(2000).default('').describe('Why, for those who read the versions later.');
const AFTER = z
  .int()
  .min(1)
  .nullable()
  .optional()
  .describe(
    'Version that you saw in force, null for none: refused when it is another one by now. Without it, whatever is in force is replaced.',
  );
const FORCE = z
  .boolean()
  .default(false)
  .describe('Publish unchecked where the server cannot be asked for its tools.');
const SIDE = z
  .string()
  .regex(/^(?:[1-9]\d{0,8}|draft)$/, 'must be the number of a version, or "draft"')
  .describe('Number of a version, or `draft`.');

/** Versions of policies: publish, read, compare, put an old one in force again. */
export function versionRoutes(parts: PolicyParts): readonly Route[] {
  return [
    publishRoute(parts),
    restoreRoute(parts),
    versionsRoute(parts),
    versionRoute(parts),
    diffRoute(parts),
    diffTextRoute(parts),
  ];
}

function publishRoute(parts: PolicyParts): Route {
  return route({
    method: 'POST',
    path: `${PATH}/{policy}/publish`,
    id: 'publishPolicy',
    tag: TAG,
    summary:
      'Puts a document, else the draft, in force as the next version, if it passes against the tools of the server.',
    access: WRITE,
    body: z
      .strictObject({
        document: DOCUMENT.optional(),
        note: NOTE,
        after: AFTER,
        draft: DRAFT_SEEN.describe(
          'Revision of the draft that you saw, which goes with the publication; null for none: refused when another one is there by now.',
        ),
        force: FORCE,
      })
      .prefault({}),
    answer: Published,
    status: 201,
    async run(ask) {
      const { path, body, caller } = ask;
      const { server: id = '', policy: name = '' } = path;
      const server = await parts.serverOf(caller.organisation, id);
      if (server === undefined) return notFound('server');
      const refused = refusedName(parts, ask);
      if (refused !== undefined) return { problem: refused };
      const policy = await parts.policies.find(caller.organisation, id, name);
      const document = body.document ?? policy?.draft;
      if (document === undefined) return { problem: NOTHING_TO_PUBLISH };
      const { note, after, force } = body;
      // what is published from the draft is the draft that was read
      const draft =
        body.document === undefined && body.draft === undefined ? policy?.draftRevision : body.draft;
      const outcome = await publishPolicy(parts, ask, {
        server,
        name,
        document,
        note,
        after,
        draft,
        force,
        action: 'policy.publish',
      });
      return published(outcome);
    },
  });
}

function restoreRoute(parts: PolicyParts): Route {
  return route({
    method: 'POST',
    path: `${PATH}/{policy}/restore`,
    id: 'restorePolicy',
    tag: TAG,
    summary: 'Puts an old version in force again, as a new version, if it still passes.',
    access: WRITE,
    body: z.strictObject({
      version: z.int().min(1).describe('Number of the old version.'),
      note: NOTE,
      after: AFTER,
      force: FORCE,
    }),
    answer: Published,
    status: 201,
    async run(ask) {
      const { path, body, caller } = ask;
      const { server: id = '', policy: name = '' } = path;
      const server = await parts.serverOf(caller.organisation, id);
      if (server === undefined) return notFound('server');
      const refused = refusedName(parts, ask);
      if (refused !== undefined) return { problem: refused };
      const old = await parts.policies.version(caller.organisation, id, name, body.version);
      if (old === undefined) return notFound('version');
      const note = body.note === '' ? `Version ${body.version} again` : body.note;
      const { after, force } = body;
      const outcome = await publishPolicy(parts, ask, {
        server,
        name,
        document: old.document,
        note,
        after,
        draft: 'kept',
        force,
        action: 'policy.restore',
      });
      return published(outcome);
    },
  });
}

function published(
  outcome: PublicationOutcome | { readonly problem: Problem },
): Outcome<z.input<typeof Published>> {
  if ('problem' in outcome) return outcome;
  const { version, warnings, unavailable } = outcome;
  return {
    answer: {
      version: versionAnswer(version),
      warnings,
      ...(unavailable !== undefined && { unavailable }),
    },
  };
}

function versionsRoute(parts: PolicyParts): Route {
  return route({
    method: 'GET',
    path: `${PATH}/{policy}/versions`,
    id: 'listPolicyVersions',
    tag: TAG,
    summary: 'Versions of a policy, the newest first; those of a removed one too.',
    access: READ,
    query: z.strictObject(PAGE_QUERY),
    answer: PolicyVersionList,
    async run({ path: { server = '', policy = '' }, query, caller: { organisation } }) {
      const versions = await parts.policies.versions(organisation, server, policy);
      const isKnown =
        versions.length > 0 || (await parts.policies.find(organisation, server, policy)) !== undefined;
      if (!isKnown) return notFound('policy');
      const page = pageOf(versions, query, ({ version }) => [version], 'newest');
      return { answer: { ...page, items: page.items.map(versionEntry) } };
    },
  });
}

function versionRoute(parts: PolicyParts): Route {
  return route({
    method: 'GET',
    path: `${PATH}/{policy}/versions/{version}`,
    id: 'getPolicyVersion',
    tag: TAG,
    summary: 'A version of a policy with its text.',
    access: READ,
    answer: PolicyVersionAnswer,
    async run({ path: { server = '', policy = '', version = '' }, caller: { organisation } }) {
      const found = /^[1-9]\d{0,8}$/.test(version)
        ? await parts.policies.version(organisation, server, policy, Number(version))
        : undefined;
      return found === undefined ? notFound('version') : { answer: versionAnswer(found) };
    },
  });
}

function diffRoute(parts: PolicyParts): Route {
  return route({
    method: 'GET',
    path: `${PATH}/{policy}/diff`,
    id: 'diffPolicy',
    tag: TAG,
    summary: 'What is different between two versions of a policy, or between a version and the draft.',
    access: READ,
    query: z.strictObject({ from: SIDE, to: SIDE }),
    answer: PolicyDiff,
    async run({ path: { server = '', policy = '' }, query: { from, to }, caller: { organisation } }) {
      const name = { organisation, server, policy };
      const before = await textOf(parts, name, from);
      const after = await textOf(parts, name, to);
      if (before === undefined || after === undefined) return notFound('version');
      return { answer: difference(policy, { side: from, text: before }, { side: to, text: after }) };
    },
  });
}

function diffTextRoute(parts: PolicyParts): Route {
  return route({
    method: 'POST',
    path: `${PATH}/{policy}/diff`,
    id: 'diffPolicyText',
    tag: TAG,
    summary: 'What is different between a version, or the draft, and a document. Keeps nothing.',
    access: READ,
    body: z.strictObject({ from: SIDE, document: DOCUMENT }),
    answer: PolicyDiff,
    async run({ path: { server = '', policy = '' }, body: { from, document }, caller: { organisation } }) {
      const before = await textOf(parts, { organisation, server, policy }, from);
      if (before === undefined) return notFound('version');
      const refused = refusedDraft(document);
      if (refused !== undefined) return { problem: refused };
      return {
        answer: difference(policy, { side: from, text: before }, { side: 'document', text: document }),
      };
    },
  });
}

/** The text of a version, or of the draft; undefined where there is none. */
async function textOf(
  { policies }: PolicyParts,
  { organisation, server, policy }: Readonly<Record<'organisation' | 'server' | 'policy', string>>,
  side: string,
): Promise<string | undefined> {
  if (side === 'draft') return (await policies.find(organisation, server, policy))?.draft;
  return (await policies.version(organisation, server, policy, Number(side)))?.document;
}

interface Side {
  readonly side: string;
  readonly text: string;
}

function difference(policy: string, from: Side, to: Side): z.input<typeof PolicyDiff> {
  return {
    from: from.side,
    to: to.side,
    changes: [...jsonDiff(valueOf(from.text), valueOf(to.text))],
    text: textDiff(from.text, to.text, { from: `${policy} ${from.side}`, to: `${policy} ${to.side}` }),
  };
}

/** The value of a text that was read strictly before it was kept. */
function valueOf(text: string): Json {
  const read = parseStrictText(text);
  return read.ok ? read.value : null;
}

const NOTHING_TO_PUBLISH: Problem = {
  status: 422,
  code: 'policy.no_document',
  detail: 'There is no document to publish, and no draft of this policy.',
  hint: 'Send the document, or keep a draft first.',
};
