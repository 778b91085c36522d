import type { Database } from '../engine.ts';
import { toFts, type Match } from './match.ts';

/** The numbers of the rows that match, from the one after `after`. They are ranks: the least is the best. */
export interface Matching {
  (match: Match, after: number, limit: number): readonly number[];
}

/** Reads one table of words. Stops as soon as it has enough rows, whatever number there would be. */
export function matchingIn(database: Database, table: 'tool_words' | 'server_words'): Matching {
  // As one text: a row of its own for each number costs more than finding it.
  const select = database.prepare(`
    SELECT group_concat(rowid) AS ids FROM (
      SELECT rowid FROM ${table} WHERE ${table} MATCH ? AND rowid > ? ORDER BY rowid LIMIT ?)`);
  return (match, after, limit) => {
    const ids = select.get(toFts(match), after, limit)?.['ids'];
    return typeof ids === 'string' ? ids.split(',').map(Number) : [];
  };
}
