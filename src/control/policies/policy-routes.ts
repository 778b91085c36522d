import * as z from 'zod';
import { actorOf } from '../caller.ts';
import { PAGE_QUERY, pageOf } from '../paging.ts';
import { notFound } from '../problem.ts';
import { route, type Route } from '../route.ts';
import {
  declaredPolicy,
  managedPolicy,
  PolicyCheck,
  PolicyDetail,
  PolicyDraft,
  PolicyList,
  Trial,
} from './policy-answers.ts';
import {
  checkDocument,
  checkedText,
  DOCUMENT,
  notAPolicy,
  readDocument,
  refusedDraft,
} from './policy-document.ts';
import {
  DECLARED,
  declaredOn,
  DRAFT_SEEN,
  findTexts,
  PATH,
  READ,
  refusedName,
  TAG,
  WRITE,
} from './policy-lookup.ts';
import type { PolicyParts } from './policy-parts.ts';
import { tryPolicy } from './try-policy.ts';
import { versionRoutes } from './version-routes.ts';

/** Policies of servers: drafts, versions that never change, what is in force, and what a policy would say of a call. */
export function policyRoutes(parts: PolicyParts): readonly Route[] {
  return [
    listRoute(parts),
    findRoute(parts),
    saveDraftRoute(parts),
    dropDraftRoute(parts),
    removeRoute(parts),
    lintRoute(parts),
    tryRoute(parts),
    ...versionRoutes(parts),
  ];
}

function listRoute(parts: PolicyParts): Route {
  return route({
    method: 'GET',
    path: PATH,
    id: 'listPolicies',
    tag: TAG,
    summary: 'Policies of a server, by name.',
    access: READ,
    query: z.strictObject(PAGE_QUERY),
    answer: PolicyList,
    async run({ path: { server = '' }, query, caller: { organisation } }) {
      if ((await parts.serverOf(organisation, server)) === undefined) return notFound('server');
      const declared = parts.declared(organisation).filter((policy) => policy.server === server);
      const names = new Set(declared.map(({ name }) => name));
      const managed = await parts.policies.list(organisation, server);
      const all = [
        ...declared.map(declaredPolicy),
        ...managed.filter(({ name }) => !names.has(name)).map(managedPolicy),
      ];
      return { answer: pageOf(all, query, ({ name }) => [name]) };
    },
  });
}

function findRoute(parts: PolicyParts): Route {
  return route({
    method: 'GET',
    path: `${PATH}/{policy}`,
    id: 'getPolicy',
    tag: TAG,
    summary: 'A policy: its draft, the text in force, and what is to be said of both today.',
    access: READ,
    answer: PolicyDetail,
    async run(ask) {
      const texts = await findTexts(parts, ask);
      if (texts === undefined) return notFound('policy');
      const tools = await parts.liveTools(ask.caller.organisation, ask.path['server'] ?? '');
      return {
        answer: {
          ...texts.policy,
          ...(texts.draft !== undefined && {
            draft: { ...checkedText(texts.draft, tools), revision: texts.draftRevision ?? 0 },
          }),
          ...(texts.inForce !== undefined && { inForce: checkedText(texts.inForce, tools) }),
        },
      };
    },
  });
}

function saveDraftRoute(parts: PolicyParts): Route {
  return route({
    method: 'PUT',
    path: `${PATH}/{policy}/draft`,
    id: 'savePolicyDraft',
    tag: TAG,
    summary: 'Keeps a draft. It need not be a policy yet, only JSON; its faults come back beside it.',
    access: WRITE,
    body: z.strictObject({
      document: DOCUMENT,
      after: DRAFT_SEEN.describe(
        'Revision of the draft that you began with, null for none: refused when another one is there by now. Without it, whatever is there is replaced.',
      ),
    }),
    answer: PolicyDraft,
    refusals: [409],
    async run(ask) {
      const { path, body, caller, at, change } = ask;
      const { server = '', policy: name = '' } = path;
      if ((await parts.serverOf(caller.organisation, server)) === undefined) return notFound('server');
      const refused = refusedName(parts, ask) ?? refusedDraft(body.document);
      if (refused !== undefined) return { problem: refused };
      const { document, after } = body;
      const kept = await change({ action: 'policy.draft', target: `policy:${server}/${name}` }, () =>
        parts.policies.saveDraft(caller.organisation, {
          server,
          name,
          document,
          at,
          by: actorOf(caller),
          ...(after !== undefined && { after }),
        }),
      );
      const checked = checkedText(document, await parts.liveTools(caller.organisation, server));
      return { answer: { ...checked, revision: kept.draftRevision } };
    },
  });
}

function dropDraftRoute(parts: PolicyParts): Route {
  return route({
    method: 'DELETE',
    path: `${PATH}/{policy}/draft`,
    id: 'dropPolicyDraft',
    tag: TAG,
    summary: 'Forgets the draft of a policy.',
    access: WRITE,
    query: z.strictObject({
      after: z
        .int()
        .min(0)
        .optional()
        .describe('Revision of the draft that you saw: refused when another one is there by now.'),
    }),
    refusals: [409],
    async run({ path, query: { after }, caller, at, change }) {
      const { server = '', policy: name = '' } = path;
      const dropped = await change(
        (was) => (was ? { action: 'policy.drop_draft', target: `policy:${server}/${name}` } : undefined),
        () =>
          parts.policies.dropDraft(caller.organisation, {
            server,
            name,
            at,
            by: actorOf(caller),
            ...(after !== undefined && { after }),
          }),
      );
      return dropped ? { answer: undefined } : notFound('draft');
    },
  });
}

function removeRoute(parts: PolicyParts): Route {
  return route({
    method: 'DELETE',
    path: `${PATH}/{policy}`,
    id: 'removePolicy',
    tag: TAG,
    summary: 'Removes a policy that no live grant carries. Its versions can be read on.',
    access: WRITE,
    refusals: [409],
    async run(ask) {
      const { path, caller, at, change } = ask;
      const { server = '', policy: name = '' } = path;
      if (declaredOn(parts, caller.organisation, server, name) !== undefined) return { problem: DECLARED };
      const removed = await change(
        (was) => (was ? { action: 'policy.remove', target: `policy:${server}/${name}` } : undefined),
        () => parts.policies.remove(caller.organisation, server, name, at),
      );
      return removed ? { answer: undefined } : notFound('policy');
    },
  });
}

function lintRoute(parts: PolicyParts): Route {
  return route({
    method: 'POST',
    path: `${PATH}/{policy}/lint`,
    id: 'lintPolicy',
    tag: TAG,
    summary: 'What is to be said of a document, else of the draft, else of the text in force. Keeps nothing.',
    access: READ,
    body: z.strictObject({ document: DOCUMENT.optional() }).prefault({}),
    answer: PolicyCheck,
    async run(ask) {
      const { path, body, caller } = ask;
      const { server = '' } = path;
      if ((await parts.serverOf(caller.organisation, server)) === undefined) return notFound('server');
      const texts = body.document === undefined ? await findTexts(parts, ask) : undefined;
      const text = body.document ?? texts?.draft ?? texts?.inForce;
      if (text === undefined) return notFound('policy');
      return { answer: checkDocument(text, await parts.liveTools(caller.organisation, server)) };
    },
  });
}

function tryRoute(parts: PolicyParts): Route {
  return route({
    method: 'POST',
    path: `${PATH}/{policy}/try`,
    id: 'tryPolicy',
    tag: TAG,
    summary:
      'What the policy in force, and a document or the draft, would say of a call. Nothing is called or counted.',
    access: READ,
    body: z.strictObject({
      document: DOCUMENT.optional(),
      tool: z.string().max(1000).describe('Name of the tool.'),
      arguments: z.unknown().optional().describe('Arguments of the call; none when they are left out.'),
    }),
    answer: Trial,
    async run(ask) {
      const { path, body, caller } = ask;
      const { server = '', policy: name = '' } = path;
      if ((await parts.serverOf(caller.organisation, server)) === undefined) return notFound('server');
      const texts = await findTexts(parts, ask);
      if (texts === undefined && body.document === undefined) return notFound('policy');
      const given = body.document === undefined ? undefined : readDocument(body.document);
      if (given?.ok === false) return { problem: notAPolicy(given.problems) };
      const tools = await parts.liveTools(caller.organisation, server);
      const call = { tool: body.tool, arguments: body.arguments };
      const inForce = tryPolicy(texts?.inForce, name, call, tools);
      const candidate = tryPolicy(body.document ?? texts?.draft, name, call, tools);
      return {
        answer: {
          ...(inForce !== undefined && { inForce }),
          ...(candidate !== undefined && { candidate }),
          ...('unavailable' in tools && { unavailable: tools.unavailable }),
        },
      };
    },
  });
}
