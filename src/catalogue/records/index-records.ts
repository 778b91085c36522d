import { buildCatalogueIndex, type CatalogueTotals } from '#store';
import { recordFiles } from './record-files.ts';
import { recordSource } from './record-source.ts';

/** Says how an index is made of records; one that was made otherwise is made anew. */
const INDEX_FORM = 'records-1';

/** The same for the same records, when they are indexed the same way. */
export async function fingerprintOf(recordsDir: string): Promise<string> {
  return `${INDEX_FORM}-${await recordFiles(recordsDir).fingerprint()}`;
}

/** Builds the index of a folder of records into a file, whole or not at all. */
export async function indexRecords(recordsDir: string, file: string): Promise<CatalogueTotals> {
  const source = await recordSource(recordFiles(recordsDir));
  return buildCatalogueIndex(file, source, { fingerprint: await fingerprintOf(recordsDir) });
}
