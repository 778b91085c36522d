import * as z from 'zod';
import type { ToolDefinition } from '#policy';
import { classify, familyOf, type Family } from '#risk';
import { definitionHash } from '#upstream';
import { pageOf, pageQuery } from '../paging.ts';
import { notFound } from '../problem.ts';
import { route, type Route } from '../route.ts';
import { connectionSchema } from './connection.ts';
import { refusedConnection } from './save-server.ts';
import { ASK, READ, TAG, unavailable, UNREADABLE, WRITE } from './server-access.ts';
import { connectionOf } from './server-answers.ts';
import { findServer, type ProbeOutcome, type ServerParts } from './server-parts.ts';

export const checkSchema = z
  .object({
    ok: z.boolean(),
    era: z
      .enum(['legacy', 'modern'])
      .optional()
      .describe('`modern` is 2026-07-28, `legacy` what came before.'),
    revision: z.string().optional().describe('Revision of the protocol that was agreed on.'),
    tools: z.int().optional().describe('How many tools the server lists.'),
    server: z
      .object({ name: z.string(), version: z.string() })
      .optional()
      .describe('What the server calls itself.'),
    latencyMs: z.number().describe('From the start of the check to its end.'),
    reason: z.string().optional().describe('Why it failed.'),
    hint: z.string().optional().describe('What to do about it.'),
  })
  .meta({ id: 'ServerCheck' });
type CheckAnswer = z.input<typeof checkSchema>;

/** What a check says of a server, without its tools. */
export function checkAnswer(outcome: ProbeOutcome): CheckAnswer {
  const latencyMs = Math.round(outcome.latencyMs);
  if (!outcome.ok) return { ok: false, latencyMs, reason: outcome.reason, hint: outcome.hint };
  const { era, revision, tools, server } = outcome;
  return { ok: true, latencyMs, era, revision, tools: tools.length, ...(server && { server }) };
}

export const riskSchema = z
  .object({
    category: z.enum(['read', 'write', 'execute', 'destructive', 'financial', 'unknown']),
    level: z.enum(['low', 'medium', 'high', 'critical']),
    confidence: z.number(),
    rationale: z.string(),
    evidence: z
      .array(
        z.object({
          source: z.enum(['name', 'title', 'description', 'parameter', 'annotation', 'sibling']),
          quote: z.string(),
          language: z.string().optional(),
          translation: z.string().optional(),
        }),
      )
      .describe('Words of the definition that speak for the class.'),
    reversibleBy: z.string().optional().describe('The tool that undoes what this one does.'),
    hasHiddenText: z.boolean().describe('The definition holds characters that a reader does not see.'),
  })
  .describe('What the tool could do.')
  .meta({ id: 'ToolRisk' });
export type RiskAnswer = z.input<typeof riskSchema>;

const toolSchema = z
  .object({
    name: z.string(),
    title: z.string().optional(),
    description: z.string().optional().describe('In the words of the server.'),
    inputSchema: z.unknown().optional(),
    annotations: z.unknown().optional().describe('Claims of the server, not facts.'),
    risk: riskSchema,
    pin: z
      .enum(['accepted', 'changed', 'new', 'none'])
      .describe(
        'Whether this definition is the accepted one; `none` while nothing of the server was accepted.',
      ),
  })
  .meta({ id: 'ServerTool' });
const toolListSchema = z
  .object({
    items: z.array(toolSchema),
    gone: z.array(z.string()).describe('Accepted tools that the server does not list any more.'),
    next: z.string().optional(),
  })
  .meta({ id: 'ServerToolList' });

/** Asking servers: whether they answer, and with which tools. */
export function checkRoutes(parts: ServerParts): readonly Route[] {
  return [
    route({
      method: 'POST',
      path: '/servers/check',
      id: 'checkConnection',
      tag: TAG,
      summary: 'Tries a connection that is not saved; a check that fails is an answer too.',
      access: WRITE,
      body: z.strictObject({ connection: connectionSchema }),
      answer: checkSchema,
      refusals: [403, 422],
      async run({ body: { connection } }) {
        const refused = refusedConnection(parts, connection);
        return refused === undefined
          ? { answer: checkAnswer(await parts.probe(connection)) }
          : { problem: refused };
      },
    }),
    route({
      method: 'POST',
      path: '/servers/{server}/check',
      id: 'checkServer',
      tag: TAG,
      summary: 'Tries the connection of a server; a check that fails is an answer too.',
      access: ASK,
      answer: checkSchema,
      refusals: [403, 404, 422],
      async run({ caller: { organisation }, path }) {
        const found = await findServer(parts, organisation, path['server'] ?? '');
        if (found === undefined) return notFound('server');
        const connection = connectionOf(parts, found);
        if (connection === undefined) return { problem: UNREADABLE };
        const refused = found.isManaged ? refusedConnection(parts, connection) : undefined;
        if (refused !== undefined) return { problem: refused };
        const { id, name } = found.server;
        const outcome = await parts.probe(connection, { id, name, organisation });
        await parts.noteCheck(organisation, id, outcome);
        return { answer: checkAnswer(outcome) };
      },
    }),
    toolsRoute(parts),
  ];
}

/** Hundreds of tools are small, and who looks at a server looks at all of them. */
const TOOLS_QUERY = pageQuery(1_000);

function toolsRoute(parts: ServerParts): Route {
  return route({
    method: 'GET',
    path: '/servers/{server}/tools',
    id: 'listServerTools',
    tag: TAG,
    summary: 'The tools that the server lists now, each with its class and whether it is as it was accepted.',
    access: READ,
    query: z.object(TOOLS_QUERY),
    answer: toolListSchema,
    refusals: [404, 502],
    async run({ caller: { organisation }, path, query }) {
      const found = await findServer(parts, organisation, path['server'] ?? '');
      if (found === undefined) return notFound('server');
      const { id } = found.server;
      const live = await parts.liveTools(organisation, id);
      if ('unavailable' in live) return unavailable(live.unavailable);
      const { accepted } = await parts.driftWatch.look(organisation, id, live);
      const riskOf = classesOf(live);
      const listed = new Set(live.map(({ name }) => name));
      const page = pageOf([...live.entries()], query, ([index]) => [index]);
      return {
        answer: {
          items: page.items.map(([, tool]) => toolAnswer(tool, riskOf(tool), accepted)),
          gone: [...accepted.keys()].filter((name) => !listed.has(name)),
          ...(page.next !== undefined && { next: page.next }),
        },
      };
    },
  });
}

const classes = new WeakMap<readonly ToolDefinition[], Map<ToolDefinition, RiskAnswer>>();

/** Gives the class of each tool of a list among its siblings; found once for the same array. */
function classesOf(list: readonly ToolDefinition[]): (tool: ToolDefinition) => RiskAnswer {
  const known = classes.get(list) ?? new Map<ToolDefinition, RiskAnswer>();
  classes.set(list, known);
  let family: Family | undefined;
  return (tool) => {
    const before = known.get(tool);
    if (before !== undefined) return before;
    family ??= familyOf(list.map(({ name }) => name));
    const found = riskAnswer(tool, family);
    known.set(tool, found);
    return found;
  };
}

/** The class of a tool, as the API gives it. */
function riskAnswer(tool: ToolDefinition, family: Family): RiskAnswer {
  const { parameterSignals: _signals, evidence, ...rest } = classify(tool, family);
  return { ...rest, evidence: evidence.map((one) => ({ ...one })) };
}

function toolAnswer(
  tool: ToolDefinition,
  risk: RiskAnswer,
  accepted: ReadonlyMap<string, string>,
): z.input<typeof toolSchema> {
  const { name, title, description, inputSchema, annotations } = tool as Readonly<Record<string, unknown>>;
  const hash = accepted.get(tool.name);
  const state = hash === undefined ? 'new' : hash === definitionHash(tool) ? 'accepted' : 'changed';
  return {
    name: String(name),
    // whatever a server writes into a member stays out where it is not what the protocol says
    ...(typeof title === 'string' && { title }),
    ...(typeof description === 'string' && { description }),
    ...(inputSchema !== undefined && { inputSchema }),
    ...(annotations !== undefined && { annotations }),
    risk,
    pin: accepted.size === 0 ? 'none' : state,
  };
}
