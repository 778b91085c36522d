import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { manyTools } from '../../catalogue-sample.suite.ts';
import { openDatabase, type Database } from '../engine.ts';
import { buildCatalogueIndex } from './build.ts';
import { search } from './search.ts';
import { readTables } from './tables.ts';

describe('search', () => {
  const folder = mkdtempSync(join(tmpdir(), 'toolgate-search-'));
  let database: Database;
  beforeAll(async () => {
    const file = join(folder, 'catalogue.db');
    await buildCatalogueIndex(file, manyTools(80, 10));
    database = openDatabase(file, true);
  });
  afterAll(() => {
    database.close();
    rmSync(folder, { recursive: true });
  });

  it('gives the same pages whether it orders what it found by hand or looks it up tier by tier', () => {
    const tables = readTables(database);
    const word = fc.constantFrom(
      'get',
      'user',
      'us',
      'order',
      'fi',
      'server',
      '3',
      'campaign',
      'getUser',
      'create_file',
    );
    fc.assert(
      fc.property(
        fc.array(word, { minLength: 1, maxLength: 3 }),
        fc.constantFrom('read', 'destructive', undefined),
        fc.integer({ min: 1, max: 40 }),
        (words, category, limit) => {
          for (let cursor: string | undefined, pages = 0; pages < 3; pages++) {
            const query = {
              text: words.join(' '),
              limit,
              ...(category && { category }),
              ...(cursor && { cursor }),
            };
            const answer = search(tables, query, Infinity);
            expect(search(tables, query, -1)).toEqual(answer);
            cursor = answer.tools.next;
            if (cursor === undefined) break;
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
