import * as z from 'zod';
import { nearestTools } from '../pages/nearest-tools.ts';
import type { Answer } from './answers.ts';
import { toolRecordPath } from './links.ts';
import { badParameter, CATEGORY, CURSOR, LEVEL, LIMIT, NO_PARAMETERS, text } from './parameters.ts';
import { route, type Ask, type Outcome } from './route.ts';
import { noSuchServer } from './server-routes.ts';
import { toolRecord, toolSummary } from './tool-answers.ts';

const MOST_NEAREST = 5;

const listQuery = z.strictObject({
  name: text('Exact name of a tool, on whichever server.'),
  q: text('Words in any language that a tool is looked for by.'),
  category: CATEGORY,
  level: LEVEL,
  server: text('Slug of a server: only its tools.'),
  limit: LIMIT,
  cursor: CURSOR,
});
type ListAsk = Ask<z.output<typeof listQuery>>;

export const TOOL_ROUTES = [
  route({
    method: 'GET',
    path: '/v0/tools',
    id: 'listTools',
    summary: 'Tools by exact name, or by words, category and level',
    query: listQuery,
    answer: 'ToolPage',
    refusals: [],
    run: async (ask) => (ask.query.name === undefined ? findTools(ask) : toolsNamed(ask, ask.query.name)),
  }),
  route({
    method: 'GET',
    path: '/v0/servers/{server}/tools/{tool}',
    id: 'getTool',
    summary: 'All that is known of a tool, and the recommended rule',
    query: NO_PARAMETERS,
    answer: 'ToolRecord',
    refusals: [404],
    async run({ index, path: { server = '', tool = '' } }) {
      const entry = await index.tool(server, tool);
      if (entry !== undefined) return { answer: toolRecord(entry) };
      if ((await index.server(server)) === undefined) return { problem: await noSuchServer(index, server) };
      const nearest = nearestTools(await index.toolsOf(server), tool, MOST_NEAREST);
      return {
        problem: {
          status: 404,
          code: 'registry.no_such_tool',
          detail: 'This server had no tool of this slug when it was last read.',
          hint: 'Find tools by their exact names with /v0/tools?name=.',
          nearest: nearest.map((one) => ({
            name: one.tool.name,
            record: toolRecordPath(one.server.slug, one.tool.slug),
          })),
        },
      };
    },
  }),
];

async function toolsNamed({ index, query }: ListAsk, name: string): Promise<Outcome<Answer<'ToolPage'>>> {
  const { q, category, level, server, cursor, limit } = query;
  if ([q, category, level, server, cursor].some((parameter) => parameter !== undefined))
    return badParameter('"name" stands alone.', 'Leave all other parameters but "limit" out.');
  const tools = await index.toolsNamed(name, limit + 1);
  return {
    answer: {
      tools: tools.slice(0, limit).map(toolSummary),
      ...(tools.length > limit && { isCut: true as const }),
    },
  };
}

async function findTools({ index, query }: ListAsk): Promise<Outcome<Answer<'ToolPage'>>> {
  const { q = '', name: _name, ...choice } = query;
  const { tools, facets } = await index.search({ text: q, ...choice });
  return {
    answer: {
      tools: tools.items.map(toolSummary),
      ...(tools.next !== undefined && { next: tools.next }),
      facets,
    },
  };
}
