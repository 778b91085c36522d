import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CatalogueMethod, CatalogueServer, UnansweredServer } from '#store';
import { makeRecord } from '../records/make-record.ts';
import { changesBetween, type NewChange } from '../records/record-changes.ts';
import type { RecordFiles } from '../records/record-files.ts';
import { quotedWords } from '../records/quoted-words.ts';
import { freeSlug } from '../records/slug.ts';
import { SANDBOX_HOME } from '../scan/sandbox.ts';
import type { KeptScan } from './scan-candidates.ts';

/** What a build did to the records. */
export interface BuildReport {
  readonly servers: number;
  readonly tools: number;
  readonly unanswered: number;
  readonly changes: number;
}

/**
 * Makes the records of all kept scans: a file for each server that answered with tools, a line for each that did not. What
 * is different from the records before is added to the changes. A server keeps the slug that it has.
 */
export async function recordsFromScans(scansDir: string, records: RecordFiles): Promise<BuildReport> {
  const names = (await readdir(scansDir)).filter((name) => name.endsWith('.json')).sort();
  const slugs = await slugsInUse(records);
  const unanswered = new Map((await records.unanswered()).map((server) => [server.name, server]));
  const changes: NewChange[] = [];
  for (const file of names) {
    const scan = JSON.parse(await readFile(join(scansDir, file), 'utf8')) as KeptScan;
    if (scan.outcome.answered && scan.outcome.tools.length > 0) {
      changes.push(...(await recordScan(scan, records, slugs)));
      unanswered.delete(scan.name);
    } else unanswered.set(scan.name, unansweredOf(scan));
  }
  await records.writeUnanswered([...unanswered.values()]);
  await records.addChanges(changes);
  return { ...(await countsOf(records)), unanswered: unanswered.size, changes: changes.length };
}

/** Slugs by what they belong to. */
export type SlugsInUse = Map<string, string>;

/** The slugs that records have, by package or name. */
export async function slugsInUse(records: RecordFiles): Promise<SlugsInUse> {
  const slugs: SlugsInUse = new Map();
  for await (const { slug, package: packageName, name } of records.servers())
    slugs.set(packageName ?? name, slug);
  return slugs;
}

/** Writes the record of one answered scan; resolves to what is different from the record before. */
export async function recordScan(
  scan: KeptScan,
  records: RecordFiles,
  slugs: SlugsInUse,
): Promise<readonly NewChange[]> {
  if (!scan.outcome.answered) throw new Error('a scan without an answer has no record');
  const known = slugs.get(scan.name);
  const slug = known ?? freeSlug(scan.name, new Set(slugs.values()));
  slugs.set(scan.name, slug);
  const before = known === undefined ? undefined : await records.read(slug);
  const isPackage = scan.how.by === 'npm';
  const made = makeRecord({
    slug,
    name: scan.name,
    ...(isPackage && { package: scan.name }),
    ...(scan.repository !== undefined && { repository: scan.repository }),
    ...(scan.version !== undefined && { version: scan.version }),
    scannedAt: scan.scannedAt,
    how: withoutHome(scan.how),
    answer: scan.outcome,
  });
  const earlier = earlierOf(before, made);
  const after = earlier.length > 0 ? withEarlier(made, earlier) : made;
  await records.write(after);
  return changesBetween(before, after);
}

/** Arguments as one writes them: where the home of the sandbox lay says nothing. */
function withoutHome(how: CatalogueMethod): CatalogueMethod {
  return how.args === undefined
    ? how
    : { ...how, args: how.args.map((arg) => arg.replaceAll(SANDBOX_HOME, '~')) };
}

const MAX_EARLIER = 20;

function earlierOf(
  before: CatalogueServer | undefined,
  after: CatalogueServer,
): NonNullable<CatalogueServer['earlier']> {
  if (before === undefined) return [];
  const known = before.earlier ?? [];
  if (before.version === undefined || before.version === after.version) return known;
  return [{ version: before.version, scannedAt: before.scannedAt }, ...known].slice(0, MAX_EARLIER);
}

function withEarlier(
  { tools, ...facts }: CatalogueServer,
  earlier: NonNullable<CatalogueServer['earlier']>,
): CatalogueServer {
  return { ...facts, earlier, tools };
}

function unansweredOf({ name, version, scannedAt, outcome }: KeptScan): UnansweredServer {
  return {
    name,
    version: version ?? '',
    scannedAt,
    reason: outcome.answered ? 'no_tools' : outcome.reason,
    detail: outcome.answered ? 'the server lists no tools' : quotedWords(withoutPlaces(outcome.detail)),
  };
}

/** A complaint without the places of the machine that it was made on; its first words are enough to know it by. */
function withoutPlaces(text: string): string {
  return text
    .replaceAll(/file:\/\/\S+/g, '(path)')
    .replaceAll(/(?:\/[\w.@+-]+){2,}/g, '(path)')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z?/g, '(time)');
}

async function countsOf(records: RecordFiles): Promise<{ readonly servers: number; readonly tools: number }> {
  let servers = 0;
  let tools = 0;
  for await (const server of records.servers()) {
    servers++;
    tools += server.tools.length;
  }
  return { servers, tools };
}
