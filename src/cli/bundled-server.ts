import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RecordFiles } from '#catalogue';
import type { KeptScan } from '#catalogue/build';
import { systemClock } from '#platform';
import type { CatalogueChange } from '#store';

const NAME = 'fluentcrm-mcp';
const PROGRAM = fileURLToPath(new URL(`../../bin/${NAME}`, import.meta.url));
const ARGUMENTS = ['--sandbox'];
const START_MS = 20_000;

/**
 * Reads the FluentCRM server of this package, described in Polish as its users have it, and records it. Its definitions are our
 * own words, so they stand beside the records. Resolves to what changed; a reading that says the same leaves all as it is.
 */
export async function recordBundledServer(
  recordsDir: string,
  records: RecordFiles,
): Promise<readonly Omit<CatalogueChange, 'seq'>[]> {
  const { keepScan, listTools, recordScan, slugsInUse } = await import('#catalogue/build');
  const outcome = await listTools(
    { command: process.execPath, args: [PROGRAM, ...ARGUMENTS], env: { FLUENTCRM_LANG: 'pl' } },
    START_MS,
  );
  if (!outcome.answered) throw new Error(`the bundled server did not answer: ${outcome.detail}`);
  const version = outcome.serverInfo?.version;
  const scan: KeptScan = {
    name: NAME,
    scannedAt: new Date(systemClock.now()).toISOString(),
    how: { by: 'bundled', bin: NAME, args: ARGUMENTS },
    ...(version !== undefined && { version }),
    outcome,
  };
  const folder = join(recordsDir, 'definitions');
  if (saysTheSame(await readKept(join(folder, `${NAME}.json`)), scan) && (await records.read(NAME)))
    return [];
  await keepScan(folder, scan);
  return recordScan(scan, records, await slugsInUse(records));
}

function saysTheSame(before: KeptScan | undefined, now: KeptScan): boolean {
  return before?.version === now.version && JSON.stringify(before?.outcome) === JSON.stringify(now.outcome);
}

async function readKept(file: string): Promise<KeptScan | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as KeptScan;
  } catch {
    return undefined;
  }
}
