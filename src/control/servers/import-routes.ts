import * as z from 'zod';
import { classifyServer } from '#risk';
import type { ManagedServer } from '#store';
import { route, type Route } from '../route.ts';
import { checkAnswer, checkSchema } from './check-routes.ts';
import { displayOf } from './connection-display.ts';
import { LONGEST_DOCUMENT, readImport, type ImportedServer } from './read-import.ts';
import { newServerRow, refusedConnection } from './save-server.ts';
import { TAG, WRITE } from './server-access.ts';
import { answerFor, displaySchema, mutable, serverSchema } from './server-answers.ts';
import type { ProbeOutcome, RiskCounts, ServerParts, StackReading } from './server-parts.ts';

/** Servers that are asked at once for a preview: each may be a program that starts. */
const PROBES_AT_ONCE = 4;
const MOST_DANGEROUS = 5;

const document = z
  .string()
  .min(1)
  .max(LONGEST_DOCUMENT)
  .describe('Text of a client’s configuration with its "mcpServers", or the block alone.');

const count = z.int();
const riskSummarySchema = z
  .object({
    source: z.enum(['catalogue', 'check']).describe('Who says so: the catalogue, or the server itself.'),
    slug: z.string().optional().describe('Entry of the catalogue.'),
    tools: count,
    counts: z.object({
      read: count,
      write: count,
      execute: count,
      destructive: count,
      financial: count,
      unknown: count,
    }),
    mostDangerous: z.array(z.object({ name: z.string(), category: z.string() })),
  })
  .describe('What the tools of the server could do.')
  .meta({ id: 'RiskSummary' });

const previewSchema = z
  .object({
    servers: z.array(
      z.object({
        name: z.string(),
        importable: z.boolean(),
        connection: displaySchema.optional(),
        problems: z.array(z.string()),
        risk: riskSummarySchema.optional(),
        check: checkSchema.optional(),
      }),
    ),
    problems: z.array(z.string()).describe('What is wrong with the block as a whole.'),
  })
  .meta({ id: 'ImportPreview' });

const importedSchema = z.object({ items: z.array(serverSchema) }).meta({ id: 'ImportedServers' });

/** A whole stack of servers, pasted as a client has it. */
export function importRoutes(parts: ServerParts): readonly Route[] {
  return [previewRoute(parts), importRoute(parts)];
}

function previewRoute(parts: ServerParts): Route {
  return route({
    method: 'POST',
    path: '/servers/import/preview',
    id: 'previewImport',
    tag: TAG,
    summary: 'What a pasted configuration would register, and what it could do; nothing is saved.',
    access: WRITE,
    body: z.strictObject({
      document,
      check: z
        .boolean()
        .default(false)
        .describe('Whether every server is asked, too; this starts the commands of the block.'),
    }),
    answer: previewSchema,
    refusals: [422],
    async run({ body }) {
      const read = readImport(body.document);
      const known = await parts.readStack(body.document);
      const checks = body.check ? await checkAll(parts, read.servers) : new Map<string, ProbeOutcome>();
      return {
        answer: {
          servers: read.servers.map((server) => previewOf(parts, server, known, checks.get(server.name))),
          problems: [...read.problems],
        },
      };
    },
  });
}

function importRoute(parts: ServerParts): Route {
  return route({
    method: 'POST',
    path: '/servers/import',
    id: 'importServers',
    tag: TAG,
    summary: 'Registers the chosen servers of a pasted configuration, all of them or none.',
    access: WRITE,
    body: z.strictObject({
      document,
      choose: z
        .array(z.string().min(1).max(100))
        .min(1)
        .max(50)
        .describe('Names of the servers to register, as the block has them.'),
    }),
    answer: importedSchema,
    status: 201,
    refusals: [422],
    async run({ caller: { organisation }, body, at, change }) {
      const read = new Map(readImport(body.document).servers.map((server) => [server.name, server]));
      const errors: { pointer: string; message: string }[] = [];
      const rows: ManagedServer[] = [];
      for (const [index, name] of body.choose.entries()) {
        const server = read.get(name);
        const isTwice = body.choose.indexOf(name) !== index;
        const problems = isTwice ? ['is chosen twice'] : problemsOf(parts, server);
        errors.push(...problems.map((message) => ({ pointer: `/choose/${index}`, message })));
        const connection = server?.connection;
        if (problems.length > 0 || connection === undefined) continue;
        rows.push(newServerRow(parts, { name, connection, settings: {}, onChange: 'alert' }, at));
      }
      if (errors.length > 0)
        return {
          problem: {
            status: 422,
            code: 'server.cannot_import',
            detail: 'Nothing was registered: not every chosen server can be.',
            errors,
          },
        };
      const servers = rows.map(({ id, name }) => ({ id, name }));
      const target = `server:${servers[0]?.id ?? ''}`;
      await change({ action: 'server.import', target, detail: { servers } }, async () => {
        for (const row of rows) await parts.control.servers.insert(organisation, row);
      });
      const items = await Promise.all(rows.map(({ id }) => answerFor(parts, organisation, id)));
      return { answer: { items } };
    },
  });
}

function problemsOf(parts: ServerParts, server: ImportedServer | undefined): readonly string[] {
  if (server === undefined) return ['There is no server of this name in the block.'];
  const refused = server.connection && refusedConnection(parts, server.connection);
  return refused === undefined ? server.problems : [...server.problems, refused.detail];
}

/** By name: of two servers with one name neither is importable twice, and the block cannot hold them. */
async function checkAll(
  parts: ServerParts,
  servers: readonly ImportedServer[],
): Promise<ReadonlyMap<string, ProbeOutcome>> {
  const outcomes = new Map<string, ProbeOutcome>();
  const waiting = servers.filter((server) => problemsOf(parts, server).length === 0);
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      if (next.connection !== undefined) outcomes.set(next.name, await parts.probe(next.connection));
  };
  await Promise.all(Array.from({ length: PROBES_AT_ONCE }, work));
  return outcomes;
}

function previewOf(
  parts: ServerParts,
  server: ImportedServer,
  known: StackReading,
  outcome: ProbeOutcome | undefined,
): z.input<typeof previewSchema>['servers'][number] {
  const problems = problemsOf(parts, server);
  const risk = outcome?.ok === true ? riskOfTools(outcome) : riskOfEntry(known, server.name);
  return {
    name: server.name,
    importable: problems.length === 0,
    ...(server.connection && { connection: mutable(displayOf(server.connection)) }),
    problems: [...problems],
    ...(risk && { risk }),
    ...(outcome && { check: checkAnswer(outcome) }),
  };
}

type RiskSummary = z.input<typeof riskSummarySchema>;

function riskOfEntry({ servers }: StackReading, name: string): RiskSummary | undefined {
  const entry = servers.find((one) => one.name === name);
  if (entry?.status !== 'known' || entry.counts === undefined) return undefined;
  const { slug, toolCount = 0, counts, mostDangerous = [] } = entry;
  return {
    source: 'catalogue',
    ...(slug !== undefined && { slug }),
    tools: toolCount,
    counts: { ...counts },
    mostDangerous: mostDangerous.map((tool) => ({ ...tool })),
  };
}

/** Worst first; what cannot be told is treated as what executes. */
const DANGER: readonly (keyof RiskCounts)[] = [
  'financial',
  'destructive',
  'execute',
  'unknown',
  'write',
  'read',
];

function riskOfTools({ tools }: Extract<ProbeOutcome, { ok: true }>): RiskSummary {
  const classes = classifyServer(tools);
  const counts = { read: 0, write: 0, execute: 0, destructive: 0, financial: 0, unknown: 0 };
  for (const { category } of classes) counts[category]++;
  const mostDangerous = tools
    .map(({ name }, index) => ({ name, category: classes[index]?.category ?? 'unknown' }))
    .toSorted((a, b) => DANGER.indexOf(a.category) - DANGER.indexOf(b.category))
    .slice(0, MOST_DANGEROUS);
  return { source: 'check', tools: tools.length, counts, mostDangerous };
}
