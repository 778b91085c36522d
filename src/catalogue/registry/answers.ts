import * as z from 'zod';

/*
 * The shapes of everything that the registry answers. Routes and tools give values of these types, the OpenAPI document and the
 * tools' output schemas are made of them, and the tests hold every answer against them.
 */

export const Category = z.enum(['read', 'write', 'execute', 'destructive', 'financial', 'unknown']);
export const Level = z.enum(['low', 'medium', 'high', 'critical']);

const count = z.int().min(0);
const listOf = <T extends z.ZodType>(item: T) => z.array(item).readonly();

const Counts = z.strictObject({
  read: count,
  write: count,
  execute: count,
  destructive: count,
  financial: count,
  unknown: count,
});

const Rule = z.strictObject({
  action: z.literal('require_approval').optional(),
  reason: z.string().optional(),
  limits: listOf(
    z.strictObject({
      counter: z.string(),
      window: z.literal('minute'),
      max: z.int().min(1),
      scope: z.literal('grant'),
    }),
  ).optional(),
});

export const Policy = z
  .strictObject({
    version: z.literal('1'),
    default: z.literal('deny'),
    hide: listOf(z.string()).optional(),
    tools: z.record(z.string(), Rule).optional(),
  })
  .describe('A policy document, as Toolgate reads it.');

export const Recommendation = z.strictObject({
  rule: z
    .union([z.literal('hide'), Rule])
    .optional()
    .describe('What the recommended policy says of the tool. Absent where a policy cannot name it.'),
  effect: z.string().describe('What that policy does to the tool, in words of the engine.'),
});

const ServerName = z.strictObject({ slug: z.string(), name: z.string() });

const ToolLinks = z.strictObject({
  page: z.string().describe('Path of the page.'),
  record: z.string().describe('Path of the record.'),
  server: z.string().describe('Path of the record of the server.'),
});

export const ToolSummary = z.strictObject({
  server: ServerName,
  name: z.string(),
  slug: z.string(),
  category: Category,
  level: Level,
  confidence: z.number().min(0).max(1),
  summary: z.string().describe('One line in words of the catalogue.'),
  recommended: Recommendation,
  links: ToolLinks,
});

export const ToolRecord = z.strictObject({
  ...ToolSummary.shape,
  rationale: z.string(),
  evidence: listOf(
    z.strictObject({
      source: z.enum(['name', 'title', 'description', 'parameter', 'annotation', 'sibling']),
      quote: z.string(),
      language: z.string().optional(),
      translation: z.string().optional(),
    }),
  ).describe('Words of the definition that speak for the class.'),
  reversibleBy: z.string().optional().describe('The tool that undoes what this one does.'),
  parameters: listOf(
    z.strictObject({
      name: z.string(),
      type: z.string(),
      required: z.literal(true).optional(),
      signal: z.string().optional(),
    }),
  ),
  annotations: z.record(z.string(), z.boolean()).optional().describe('Claims of the server.'),
  hasHiddenText: z.literal(true).optional(),
  language: z.string().optional(),
  hash: z.string().describe('SHA-256 of the definition, in hex.'),
  tokens: count,
  attacks: listOf(z.strictObject({ slug: z.string(), title: z.string(), page: z.string() })),
});

const ServerLinks = z.strictObject({
  page: z.string().describe('Path of the page.'),
  record: z.string().describe('Path of the record.'),
  policy: z.string().describe('Path of the recommended policy.'),
  changes: z.string().describe('Path of what changed.'),
});

const method = z.strictObject({
  by: z.enum(['npm', 'command', 'url', 'bundled']),
  sandbox: z.enum(['bubblewrap', 'unshare']).optional(),
  bin: z.string().optional(),
  args: listOf(z.string()).optional(),
  dummyEnvironment: listOf(z.string()).optional(),
  node: z.string().optional(),
});

export const ServerSummary = z.strictObject({
  slug: z.string(),
  name: z.string(),
  package: z.string().optional(),
  repository: z.string().optional(),
  version: z.string().optional(),
  lastRead: z.string().describe('When the tools were last read, an ISO date and time.'),
  toolCount: count,
  counts: Counts,
  tokens: count.describe('Tokens of all definitions in the context of a model.'),
  tokenRank: z.int().min(1).describe('1 for the heaviest definitions of all servers.'),
  links: ServerLinks,
});

export const Attempt = z.strictObject({
  version: z.string(),
  at: z.string(),
  reason: z.string(),
  detail: z.string(),
});

export const Lifecycle = z.strictObject({
  status: z
    .enum(['answers', 'stopped_answering'])
    .describe('Whether the newest attempt to read the server gave its tools.'),
  failedAttempt: Attempt.optional(),
  earlier: listOf(z.strictObject({ version: z.string(), scannedAt: z.string() })).describe(
    'Earlier versions that were read, the newest first.',
  ),
});

const effects = listOf(z.strictObject({ effect: z.string(), tools: z.int().min(1) })).describe(
  'What the recommended policy does, and to how many of the tools.',
);

export const ServerRecord = z.strictObject({
  ...ServerSummary.shape,
  serverInfo: z.strictObject({ name: z.string(), version: z.string() }).optional(),
  era: z.enum(['legacy', 'modern']),
  revision: z.string(),
  how: method.describe('How the tools were read.'),
  lifecycle: Lifecycle,
  effects,
  tools: listOf(ToolSummary).describe('The riskiest first.'),
});

export const ServerPage = z.strictObject({
  servers: listOf(ServerSummary),
  next: z.string().optional().describe('Cursor of the next page, where there is one.'),
});

export const ToolPage = z.strictObject({
  tools: listOf(ToolSummary),
  next: z.string().optional().describe('Cursor of the next page, where there is one.'),
  facets: z
    .strictObject({ counts: Counts, atLeast: z.boolean() })
    .optional()
    .describe('Tools found by category, whichever is chosen; at least so many where counting was cut short.'),
  isCut: z.literal(true).optional().describe('More tools have this name than the limit lets through.'),
});

const Change = z.strictObject({
  seq: z.int(),
  at: z.string(),
  server: z.string(),
  version: z.string().optional(),
  kind: z.enum([
    'server_added',
    'server_removed',
    'tool_added',
    'tool_removed',
    'definition_changed',
    'category_changed',
  ]),
  tool: z.string().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
});

export const ChangePage = z.strictObject({
  changes: listOf(Change),
  continueAfter: count.describe('Give this as `after` to get what came later.'),
});

export const Totals = z.strictObject({
  servers: count,
  tools: count,
  unanswered: count,
  byCategory: Counts,
  newestScan: z.string().optional(),
  tokens: z.strictObject({ median: z.number().min(0), p90: z.number().min(0), most: count }),
});

export const UnansweredPage = z.strictObject({
  unanswered: listOf(
    z.strictObject({
      name: z.string(),
      version: z.string(),
      scannedAt: z.string(),
      reason: z.string(),
      detail: z.string(),
    }),
  ),
  next: z.string().optional().describe('Cursor of the next page, where there is one.'),
});

export const CheckedServer = z.strictObject({
  name: z.string().describe('As the configuration calls it.'),
  kind: z.enum(['npm', 'remote', 'python', 'container', 'program']),
  package: z.string().optional(),
  version: z.string().optional(),
  host: z.string().optional(),
  status: z
    .enum(['known', 'unanswered', 'remote', 'unknown'])
    .describe(
      'Only of a known server anything can be said: of all others it is unknown what they can do, not that they are harmless.',
    ),
  known: z
    .strictObject({
      server: ServerSummary,
      readVersion: z
        .string()
        .optional()
        .describe('The version that was read, where the configuration asks for another one.'),
      mostDangerous: listOf(ToolSummary),
      policy: Policy,
      effects,
    })
    .optional(),
  failedAttempt: Attempt.optional(),
});

export const StackReport = z.strictObject({
  servers: listOf(CheckedServer),
  toolCount: count.describe('Of all known servers together.'),
  counts: Counts,
  byStatus: z.strictObject({ known: count, unanswered: count, remote: count, unknown: count }),
  problems: listOf(z.strictObject({ message: z.string(), line: z.int(), column: z.int() })).describe(
    'What could not be read, and where it stands.',
  ),
});

export const Problem = z.strictObject({
  title: z.string(),
  status: z.int(),
  code: z.string(),
  detail: z.string(),
  hint: z.string().optional().describe('What to do.'),
  nearest: listOf(z.strictObject({ name: z.string(), record: z.string() }))
    .optional()
    .describe('What is there and is called most like it.'),
  problems: StackReport.shape.problems.optional(),
});

/** By the names that the OpenAPI document gives them. */
export const ANSWERS = {
  Attempt,
  Category,
  Change,
  ChangePage,
  CheckedServer,
  Counts,
  Level,
  Lifecycle,
  Policy,
  Problem,
  Recommendation,
  Rule,
  ServerPage,
  ServerRecord,
  ServerSummary,
  StackReport,
  ToolPage,
  ToolRecord,
  ToolSummary,
  Totals,
  UnansweredPage,
} as const;
export type AnswerName = keyof typeof ANSWERS;
export type Answer<N extends AnswerName> = z.output<(typeof ANSWERS)[N]>;
