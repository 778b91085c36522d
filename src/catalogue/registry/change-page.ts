import type { CatalogueIndex } from '#store';
import type { Answer } from './answers.ts';

/** What changed, and where to go on. */
export async function changePage(
  index: CatalogueIndex,
  query: Parameters<CatalogueIndex['changes']>[0],
): Promise<Answer<'ChangePage'>> {
  const changes = await index.changes(query);
  return { changes, continueAfter: Math.max(query.after ?? 0, ...changes.map(({ seq }) => seq)) };
}
