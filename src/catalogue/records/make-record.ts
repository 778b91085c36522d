import { classifyServer, type Classification } from '#risk';
import type { CatalogueMethod, CatalogueServer, CatalogueTool } from '#store';
import { definitionHash } from '#upstream';
import type { ScanAnswer, ScannedTool } from '../scan/scan.ts';
import { parametersOf } from './parameters.ts';
import { quotedWords } from './quoted-words.ts';
import { slugsOf } from './slug.ts';
import { tokenCost } from './token-cost.ts';

/** An answered scan with what is known of the server besides. */
export interface AnsweredServer {
  readonly slug: string;
  readonly name: string;
  readonly package?: string;
  readonly repository?: string;
  readonly version?: string;
  readonly scannedAt: string;
  readonly how: CatalogueMethod;
  readonly answer: ScanAnswer;
}

const MAX_EVIDENCE = 4;

/** The record of a server: facts of its definitions, and the class of each tool with the few words that decided it. */
export function makeRecord(server: AnsweredServer): CatalogueServer {
  const { answer, slug, name, package: packageName, repository, version, scannedAt, how } = server;
  const tools = onceEach(answer.tools);
  const classes = classifyServer(tools);
  const slugs = slugsOf(tools.map((tool) => tool.name));
  return {
    slug,
    name,
    ...(packageName !== undefined && { package: packageName }),
    ...(repository !== undefined && { repository }),
    ...(version !== undefined && { version }),
    scannedAt,
    how,
    era: answer.era,
    revision: answer.revision,
    ...(answer.serverInfo && { serverInfo: answer.serverInfo }),
    tools: tools.flatMap((tool, index) => {
      const found = classes[index];
      return found === undefined ? [] : [toolRecord(tool, slugs[index] ?? '', found)];
    }),
  };
}

/** Names must be unique; of two with one name the first counts, as in the gateway. */
function onceEach(tools: readonly ScannedTool[]): readonly ScannedTool[] {
  const seen = new Set<string>();
  return tools.filter(({ name }) => !seen.has(name) && seen.add(name));
}

function toolRecord(tool: ScannedTool, slug: string, found: Classification): CatalogueTool {
  const annotations = hintsOf(tool.annotations);
  const language = found.evidence.find((one) => one.source !== 'name' && one.language)?.language;
  return {
    name: tool.name,
    slug,
    category: found.category,
    confidence: found.confidence,
    rationale: found.rationale,
    evidence: found.evidence.slice(0, MAX_EVIDENCE).map(({ quote, ...rest }) => ({
      ...rest,
      quote: quotedWords(quote),
    })),
    ...(found.reversibleBy !== undefined && { reversibleBy: found.reversibleBy }),
    parameters: parametersOf(tool.inputSchema, found.parameterSignals),
    ...(Object.keys(annotations).length > 0 && { annotations }),
    ...(found.hasHiddenText && { hasHiddenText: true as const }),
    ...(language !== undefined && { language }),
    hash: definitionHash(tool),
    tokens: tokenCost(tool),
  };
}

/** The hints that a server sets, without its prose. */
function hintsOf(annotations: unknown): Readonly<Record<string, boolean>> {
  if (typeof annotations !== 'object' || annotations === null) return {};
  return Object.fromEntries(
    Object.entries(annotations).filter(
      (entry): entry is [string, boolean] =>
        /^(?:readOnly|destructive|idempotent|openWorld)Hint$/.test(entry[0]) && typeof entry[1] === 'boolean',
    ),
  );
}
