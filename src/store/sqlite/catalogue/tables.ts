import type { CatalogueTotals } from '../../catalogue-ports.ts';
import { optionalText, type Database } from '../engine.ts';
import { readHistory, type HistoryTables } from './history.ts';
import { matchingIn, type Matching } from './matching.ts';
import { readServers, type ServerTable } from './servers.ts';
import { createToolPages, type ToolPages } from './tool-pages.ts';
import { readTools, type Levels, type ToolTable } from './tools.ts';

/** All that is read from an index. */
export interface CatalogueTables {
  readonly fingerprint: string;
  readonly totals: CatalogueTotals;
  /** One digit a tool, in order of their numbers: its place in `CATEGORIES`. */
  readonly categories: string;
  readonly tools: ToolTable;
  readonly toolPages: ToolPages;
  readonly toolWords: Matching;
  readonly servers: ServerTable;
  readonly serverWords: Matching;
  readonly history: HistoryTables;
}

/** Reads the facts that stay in memory and prepares all statements. */
export function readTables(database: Database): CatalogueTables {
  const select = database.prepare('SELECT value FROM facts WHERE key = ?');
  const fact = (key: string): string => optionalText(select.get(key)?.['value']) ?? '';
  const categories = fact('categories');
  const levels = JSON.parse(fact('levels')) as Levels;
  const tools = readTools(database, levels);
  const toolWords = matchingIn(database, 'tool_words');
  return {
    fingerprint: fact('fingerprint'),
    totals: JSON.parse(fact('totals')) as CatalogueTotals,
    categories,
    tools,
    toolPages: createToolPages({ tools, toolWords, levels, categories }),
    toolWords,
    servers: readServers(database),
    serverWords: matchingIn(database, 'server_words'),
    history: readHistory(database),
  };
}
