import type { CatalogueServerFacts, CatalogueTool } from '../../catalogue-ports.ts';
import { MARK } from './match.ts';
import { nameKey, tokensOf, wordsOf, type Word } from './words.ts';

const MOST_EVIDENCE = 8;
const PIECE = 3;

/** The names that a server is found by. */
export function namesOf(facts: CatalogueServerFacts): readonly string[] {
  const names = [facts.name, facts.package, facts.serverInfo?.name, facts.repository];
  return [...new Set(names.filter((name) => name !== undefined))];
}

/** What the name of a tool is found by. */
export function nameTokens(name: string): readonly string[] {
  const words = wordsOf(name);
  return [MARK.key + nameKey(words), ...marked(words, MARK.name)];
}

/** What the tools of a server are found by, for its names. */
export function ownerTokens(facts: CatalogueServerFacts): readonly string[] {
  return marked(wordsOfNames(facts), MARK.owner);
}

/** All that a tool is found by, but for category and server. */
export function toolTokens(
  facts: CatalogueServerFacts,
  tool: CatalogueTool,
  summary: string,
): readonly string[] {
  const quotes = tool.evidence.slice(0, MOST_EVIDENCE);
  const texts = [
    tool.name,
    summary,
    ...quotes.flatMap(({ quote, translation = '' }) => [quote, translation]),
  ];
  const words = [...texts.flatMap((text) => wordsOf(text)), ...wordsOfNames(facts)];
  return unique([...nameTokens(tool.name), ...ownerTokens(facts), ...marked(words, MARK.anywhere)]);
}

/** What a server is found by. */
export function serverTokens(facts: CatalogueServerFacts): readonly string[] {
  const names = [facts.slug, ...namesOf(facts)].map((name) => wordsOf(name));
  return unique([
    ...names.map((words) => MARK.key + nameKey(words)),
    ...marked(names.flat(), MARK.anywhere),
    ...piecesOf(facts.slug).map((piece) => MARK.piece + piece),
  ]);
}

/** All neighbours of three in a slug. */
export function piecesOf(slug: string): readonly string[] {
  const text = slug.replace(/[^a-z0-9]/g, '·');
  return Array.from({ length: Math.max(0, text.length - PIECE + 1) }, (_, i) => text.slice(i, i + PIECE));
}

function wordsOfNames(facts: CatalogueServerFacts): readonly Word[] {
  return namesOf(facts).flatMap((name) => wordsOf(name));
}

function marked(words: readonly Word[], mark: string): readonly string[] {
  return words.flatMap((word) => tokensOf(word).map((text) => mark + text));
}

const unique = (tokens: readonly string[]): readonly string[] => [...new Set(tokens)];
