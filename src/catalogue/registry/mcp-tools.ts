import * as z from 'zod';
import { nearestTools } from '../pages/nearest-tools.ts';
import { slugOf } from '../records/slug.ts';
import {
  Attempt,
  ChangePage,
  ServerRecord,
  ServerSummary,
  StackReport,
  ToolPage,
  ToolRecord,
} from './answers.ts';
import { changePage } from './change-page.ts';
import {
  attemptInWords,
  changesInWords,
  linesOf,
  serverInWords,
  serverLine,
  shown,
  stackInWords,
  toolInWords,
  toolLine,
} from './in-words.ts';
import { registryTool, type RegistryTool } from './mcp-tool.ts';
import { AFTER, CATEGORY, CURSOR, LEVEL, LIMIT, text } from './parameters.ts';
import { attemptAnswer, serverRecord, serverSummary } from './server-answers.ts';
import { stackReport } from './stack-answers.ts';
import { toolRecord, toolSummary } from './tool-answers.ts';

const MOST_NEAREST = 5;
const LONGEST_NAME = 500;

const name = z.string().min(1).max(LONGEST_NAME);
const summaries = z.array(ServerSummary).readonly();

const checkServer = registryTool({
  name: 'check_server',
  title: 'Check a server',
  description:
    'What an MCP server could do before it is connected: its tools with the riskiest first, and the effect of the recommended policy. A server that is not found is unknown, not harmless.',
  input: z.strictObject({
    server: name.describe('Name of the package, slug, or what the server calls itself.'),
    limit: LIMIT.describe('How many of its tools to give, from 1 to 100.'),
  }),
  output: z.strictObject({
    found: z.boolean(),
    server: ServerRecord.optional(),
    failedAttempt: Attempt.optional(),
    nearest: summaries,
  }),
  async run({ server, limit }, index) {
    const entry = await index.serverNamed(server);
    if (entry !== undefined) {
      const whole = await serverRecord(entry, index);
      const record = { ...whole, tools: whole.tools.slice(0, limit) };
      return { data: { found: true, server: record, nearest: [] }, text: serverInWords(record) };
    }
    const [failed, nearest] = await Promise.all([
      index.unansweredNamed(server),
      index.nearestServers(server, MOST_NEAREST),
    ]);
    const said =
      failed === undefined
        ? `The catalogue has no server of this name. What it can do is unknown, not harmless.`
        : attemptInWords(failed);
    return {
      data: {
        found: false,
        ...(failed && { failedAttempt: attemptAnswer(failed) }),
        nearest: nearest.map(serverSummary),
      },
      text: linesOf(
        said,
        nearest.length > 0 && 'Names like it, which are other servers:',
        ...nearest.map(serverSummary).map(serverLine),
      ),
    };
  },
});

const search = registryTool({
  name: 'search',
  title: 'Search the catalogue',
  description: 'Finds tools and servers by words in any language, and tools by category and level of risk.',
  input: z.strictObject({
    query: z.string().max(200).default('').describe('Words that must all be there; empty for everything.'),
    category: CATEGORY,
    level: LEVEL,
    server: text('Slug of a server: only its tools.'),
    limit: LIMIT,
    cursor: CURSOR,
  }),
  output: z.strictObject({ servers: summaries, ...ToolPage.shape }),
  async run({ query, ...choice }, index) {
    const { servers, tools, facets } = await index.search({ text: query, ...choice });
    const data = {
      servers: servers.map(serverSummary),
      tools: tools.items.map(toolSummary),
      ...(tools.next !== undefined && { next: tools.next }),
      facets,
    };
    return {
      data,
      text: linesOf(
        data.servers.length + data.tools.length === 0 && 'Nothing is found.',
        ...data.servers.map(serverLine),
        ...data.tools.map(toolLine),
        data.next !== undefined && `More with cursor: ${data.next}`,
      ),
    };
  },
});

const checkTool = registryTool({
  name: 'check_tool',
  title: 'Check a tool',
  description:
    'The risk of a tool by its exact name: class, the words that speak for it, attacks that abuse it, and the recommended rule.',
  input: z.strictObject({
    tool: name.describe('Exact name of the tool.'),
    server: name.optional().describe('Name or slug of its server; without it, the tool on every server.'),
    limit: LIMIT,
  }),
  output: z.strictObject({
    tools: z.array(ToolRecord).readonly(),
    isCut: z.literal(true).optional(),
    nearest: z.array(z.string()).readonly().describe('Names like it, of other tools of the server.'),
  }),
  async run({ tool, server, limit }, index) {
    const entry = server === undefined ? undefined : await index.serverNamed(server);
    if (server !== undefined && entry === undefined)
      return { refusal: 'The catalogue has no server of this name. Find it with the tool search.' };
    const all = entry === undefined ? [] : await index.toolsOf(entry.facts.slug);
    const found =
      entry === undefined
        ? await index.toolsNamed(tool, limit + 1)
        : all.filter((one) => one.tool.name === tool);
    const nearest =
      found.length > 0 ? [] : nearestTools(all, slugOf(tool), MOST_NEAREST).map((one) => one.tool.name);
    const tools = found.slice(0, limit).map(toolRecord);
    return {
      data: { tools, ...(found.length > limit && { isCut: true as const }), nearest },
      text: linesOf(
        tools.length === 0 && 'No such tool is known. What it can do is unknown, not harmless.',
        nearest.length > 0 &&
          `Names like it, of other tools: ${nearest.map((one) => shown(one)).join(', ')}.`,
        ...tools.map(toolInWords),
        found.length > limit && 'More servers have a tool of this name.',
      ),
    };
  },
});

const checkConfiguration = registryTool({
  name: 'check_stack',
  title: 'Check a configuration',
  description:
    'What all servers of a client’s configuration could do. Leave the values of environment variables and headers out: they are not looked at.',
  input: z.strictObject({
    mcpServers: z
      .record(z.string(), z.looseObject({}))
      .describe('The servers as the client’s configuration has them: {"name": {"command", "args"}}.'),
  }),
  output: StackReport,
  async run(input, index) {
    const outcome = await stackReport(JSON.stringify(input), index);
    if ('answer' in outcome) return { data: outcome.answer, text: stackInWords(outcome.answer) };
    const { detail, hint = '', problems = [] } = outcome.problem;
    return { refusal: linesOf(`${detail} ${hint}`, ...problems.map(({ message }) => message)) };
  },
});

const changes = registryTool({
  name: 'changes',
  title: 'What changed',
  description:
    'What was different when servers were read again: tools added, removed, or with another definition.',
  input: z.strictObject({ after: AFTER, server: text('Slug of a server: only its changes.'), limit: LIMIT }),
  output: ChangePage,
  async run(query, index) {
    const data = await changePage(index, query);
    return { data, text: changesInWords(data) };
  },
});

/** The tools of the registry over MCP, in the order in which they are listed. */
export const REGISTRY_TOOLS: readonly RegistryTool[] = [
  checkServer,
  search,
  checkTool,
  checkConfiguration,
  changes,
];
