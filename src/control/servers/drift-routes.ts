import { createHash } from 'node:crypto';
import * as z from 'zod';
import { classify } from '#risk';
import type { Drift, Pin } from '#store';
import { definitionDiff, pinPublished, type DefinedTool } from '#upstream';
import { actorOf } from '../caller.ts';
import { notFound, type Problem } from '../problem.ts';
import { route, type AuditDraft, type Route } from '../route.ts';
import { riskSchema } from './check-routes.ts';
import { ACCEPT, READ, TAG, unavailable } from './server-access.ts';
import { findServer, type ServerParts } from './server-parts.ts';

const changeSchema = z
  .object({
    pointer: z.string().describe('JSON Pointer into the definition; empty for the whole tool.'),
    kind: z.enum(['added', 'removed', 'changed']),
    text: z.string().describe('What it means, in a sentence.'),
    before: z.string().optional(),
    after: z.string().optional(),
    words: z
      .array(z.object({ kind: z.enum(['same', 'added', 'removed']), text: z.string() }))
      .optional()
      .describe('Of a text: which words changed.'),
  })
  .meta({ id: 'DefinitionChange' });

const category = riskSchema.shape.category;
const driftSchema = z
  .object({
    tool: z.string(),
    kind: z.enum(['added', 'changed', 'removed']),
    hash: z.string().describe('What is accepted by accepting this; empty when the tool is gone.'),
    seenAt: z.string(),
    changes: z.array(changeSchema),
    categoryBefore: category.optional().describe('Class of the accepted definition.'),
    categoryNow: category.optional().describe('Class of the definition that the server gives now.'),
  })
  .meta({ id: 'Drift' });
const driftListSchema = z
  .object({
    items: z.array(driftSchema),
    seen: z.string().describe('Stands for exactly this list; accepting all of it takes it back.'),
  })
  .meta({ id: 'DriftList' });

/** Names in one line of the audit log. */
const MOST_NAMED = 100;

const pinListSchema = z
  .object({ tools: z.int().describe('How many definitions are accepted now.') })
  .meta({ id: 'PinCount' });

/** Definitions that are not what people accepted, and accepting them. */
export function driftRoutes(parts: ServerParts): readonly Route[] {
  return [listRoute(parts), acceptRoute(parts), acceptAllRoute(parts), pinRoute(parts)];
}

function listRoute(parts: ServerParts): Route {
  return route({
    method: 'GET',
    path: '/servers/{server}/drift',
    id: 'listDrift',
    tag: TAG,
    summary: 'Tools whose definitions are not the accepted ones, with every change.',
    access: READ,
    answer: driftListSchema,
    refusals: [404],
    async run({ caller: { organisation }, path }) {
      const found = await findServer(parts, organisation, path['server'] ?? '');
      if (found === undefined) return notFound('server');
      const { id } = found.server;
      const [drift, pins] = await Promise.all([parts.control.pins.drift(id), parts.control.pins.pins(id)]);
      const accepted = new Map(pins.map((pin) => [pin.tool, pin]));
      const names = pins.map(({ tool }) => tool);
      const items = drift.map((one) => driftAnswer(one, accepted.get(one.tool), names));
      return { answer: { items, seen: digestOf(drift) } };
    },
  });
}

function acceptRoute(parts: ServerParts): Route {
  return route({
    method: 'POST',
    path: '/servers/{server}/drift/{tool}/accept',
    id: 'acceptDefinition',
    tag: TAG,
    summary: 'Accepts one tool as the server gives it now, or that it is gone.',
    access: ACCEPT,
    body: z.strictObject({
      hash: z
        .string()
        .max(64)
        .regex(/^(?:[0-9a-f]{64})?$/, 'is no hash of a definition')
        .describe(
          'Hash of what was looked at, so that nothing else is accepted; empty when the tool is gone.',
        ),
    }),
    refusals: [404, 409],
    async run({ caller, path, body: { hash }, at, change }) {
      const { organisation } = caller;
      const found = await findServer(parts, organisation, path['server'] ?? '');
      if (found === undefined) return notFound('server');
      const { id } = found.server;
      const tool = path['tool'] ?? '';
      const isAccepted = await change(
        (done: boolean) =>
          done
            ? { action: 'server.accept_definition', target: `server:${id}`, detail: { tool, hash } }
            : undefined,
        async () => {
          const drift = (await parts.control.pins.drift(id)).find((one) => one.tool === tool);
          return drift?.hash === hash && (await accept(parts, organisation, id, drift, actorOf(caller), at));
        },
      );
      return isAccepted ? { answer: undefined } : { problem: OTHER_DRIFT };
    },
  });
}

function acceptAllRoute(parts: ServerParts): Route {
  return route({
    method: 'POST',
    path: '/servers/{server}/drift/accept-all',
    id: 'acceptAllDefinitions',
    tag: TAG,
    summary: 'Accepts everything that is different, all of it or nothing.',
    access: ACCEPT,
    body: z.strictObject({
      seen: z.string().max(64).describe('`seen` of the list that was looked at.'),
    }),
    refusals: [404, 409],
    async run({ caller, path, body: { seen }, at, change }) {
      const { organisation } = caller;
      const found = await findServer(parts, organisation, path['server'] ?? '');
      if (found === undefined) return notFound('server');
      const { id } = found.server;
      const draft = (tools: readonly string[]): AuditDraft => ({
        action: 'server.accept_all_definitions',
        target: `server:${id}`,
        detail: { tools: tools.slice(0, MOST_NAMED) },
      });
      try {
        await change(draft, async () => {
          const drift = await parts.control.pins.drift(id);
          const isSeen = digestOf(drift) === seen;
          for (const one of drift)
            // thrown, so that what was accepted before it in this transaction is not
            if (!isSeen || !(await accept(parts, organisation, id, one, actorOf(caller), at)))
              throw new OtherDrift();
          return drift.map(({ tool }) => tool);
        });
      } catch (error) {
        if (error instanceof OtherDrift) return { problem: OTHER_DRIFT };
        throw error;
      }
      return { answer: undefined };
    },
  });
}

function pinRoute(parts: ServerParts): Route {
  return route({
    method: 'PUT',
    path: '/servers/{server}/pins',
    id: 'pinDefinitions',
    tag: TAG,
    summary: 'Accepts all tools as the server lists them now.',
    access: ACCEPT,
    answer: pinListSchema,
    refusals: [404, 502],
    async run({ caller, path, at, change }) {
      const { organisation } = caller;
      const found = await findServer(parts, organisation, path['server'] ?? '');
      if (found === undefined) return notFound('server');
      const { id } = found.server;
      const live = await parts.liveTools(organisation, id);
      if ('unavailable' in live) return unavailable(live.unavailable);
      const draft = {
        action: 'server.pin_definitions',
        target: `server:${id}`,
        detail: { tools: live.length },
      };
      await change(draft, () => pinPublished(parts.control, organisation, id, live, actorOf(caller), at));
      return { answer: { tools: (await parts.control.pins.accepted(id)).size } };
    },
  });
}

function accept(
  { control }: ServerParts,
  organisation: string,
  server: string,
  { tool, hash, definition, kind }: Drift,
  acceptedBy: string,
  acceptedAt: number,
): Promise<boolean> {
  const pin = kind === 'removed' ? undefined : { tool, hash, definition, acceptedAt, acceptedBy };
  return control.pins.accept(organisation, server, tool, hash, pin);
}

function driftAnswer(
  { tool, kind, hash, definition, seenAt }: Drift,
  pin: Pin | undefined,
  names: readonly string[],
): z.input<typeof driftSchema> {
  const before = pin && readDefinition(pin.definition);
  const now = definition === '' ? undefined : readDefinition(definition);
  return {
    tool,
    kind,
    hash,
    seenAt: new Date(seenAt).toISOString(),
    changes: definitionDiff(before, now).map(({ words, ...change }) => ({
      ...change,
      ...(words && { words: words.map((run) => ({ ...run })) }),
    })),
    ...(before && { categoryBefore: classify(before, names).category }),
    ...(now && { categoryNow: classify(now, names).category }),
  };
}

/** A definition as it was pinned: what we wrote ourselves. */
function readDefinition(text: string): DefinedTool {
  return JSON.parse(text) as DefinedTool;
}

function digestOf(drift: readonly Drift[]): string {
  const lines = drift.map(({ tool, kind, hash }) => JSON.stringify([tool, kind, hash])).toSorted();
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

class OtherDrift extends Error {}

const OTHER_DRIFT: Problem = {
  status: 409,
  code: 'drift.changed',
  detail: 'The definitions are not, or no longer, what you looked at.',
  hint: 'Look at the differences again before you accept them.',
};
