import {
  buildCatalogueIndex,
  openCatalogueIndex,
  type CatalogueIndexFile,
  type CatalogueTotals,
} from '#store';
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

/** Opens the first of some files that is the index of these very records; undefined where none is. */
export async function openCurrentIndex(
  recordsDir: string,
  files: readonly string[],
): Promise<CatalogueIndexFile | undefined> {
  const wanted = await fingerprintOf(recordsDir);
  for (const file of files) {
    const index = openOrNone(file);
    if (index?.fingerprint === wanted) return index;
    await index?.close();
  }
  return undefined;
}

function openOrNone(file: string): CatalogueIndexFile | undefined {
  try {
    return openCatalogueIndex(file);
  } catch {
    return undefined; // none yet, or one of another version: it is made anew
  }
}
