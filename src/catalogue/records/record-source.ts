import { riskLevelOf } from '#risk';
import type { CatalogueChange, CatalogueSource, UnansweredServer } from '#store';
import { describeTool } from './describe-tool.ts';
import type { RecordFiles } from './record-files.ts';

/** The records of a folder as an index is built from them. */
export async function recordSource(records: RecordFiles): Promise<CatalogueSource> {
  const unanswered: readonly UnansweredServer[] = await records.unanswered();
  const changes: readonly CatalogueChange[] = await records.changes();
  return {
    servers: () => records.servers(),
    unanswered: () => unanswered,
    changes: () => changes,
    summaryOf: describeTool,
    levelOf: (category) => riskLevelOf(category === 'unknown' ? 'execute' : category),
  };
}
