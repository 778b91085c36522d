import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf, ToolgateError } from '#platform';
import type { CatalogueChange, CatalogueServer, UnansweredServer } from '#store';

const SERVERS = 'servers';
const UNANSWERED = 'unanswered.jsonl';
const CHANGES = 'changes.jsonl';

/** The records of a catalogue: a folder with a file for each server, and lines of what did not answer and what changed. */
export interface RecordFiles {
  /** Slugs of all servers, sorted. */
  slugs(): Promise<readonly string[]>;
  read(slug: string): Promise<CatalogueServer | undefined>;
  /** Every record in order of slugs, one at a time. */
  servers(): AsyncGenerator<CatalogueServer>;
  write(server: CatalogueServer): Promise<void>;
  unanswered(): Promise<readonly UnansweredServer[]>;
  writeUnanswered(servers: readonly UnansweredServer[]): Promise<void>;
  changes(): Promise<readonly CatalogueChange[]>;
  /** Adds changes behind the others, with the next places in the feed. */
  addChanges(changes: readonly Omit<CatalogueChange, 'seq'>[]): Promise<void>;
  /** The same for the same content of all files. */
  fingerprint(): Promise<string>;
}

/** Opens a folder of records; one that is not there is an empty catalogue until something is written. */
export function recordFiles(folder: string): RecordFiles {
  const pathOf = (slug: string): string => join(folder, SERVERS, slug.charAt(0), `${slug}.json`);
  const files: RecordFiles = {
    async slugs() {
      const slugs: string[] = [];
      for (const letter of await namesIn(join(folder, SERVERS)))
        for (const name of await namesIn(join(folder, SERVERS, letter)))
          if (name.endsWith('.json')) slugs.push(name.slice(0, -5));
      return slugs.sort();
    },
    async read(slug) {
      const text = await textOf(pathOf(slug));
      return text === undefined ? undefined : (parsed(text, pathOf(slug)) as CatalogueServer);
    },
    async *servers() {
      for (const slug of await files.slugs()) {
        const server = await files.read(slug);
        if (server) yield server;
      }
    },
    write: (server) => writeWhole(pathOf(server.slug), recordText(server)),
    unanswered: () => linesOf<UnansweredServer>(join(folder, UNANSWERED)),
    writeUnanswered: (servers) =>
      writeWhole(
        join(folder, UNANSWERED),
        linesText(servers.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))),
      ),
    changes: () => linesOf<CatalogueChange>(join(folder, CHANGES)),
    async addChanges(changes) {
      if (changes.length === 0) return;
      const before = await files.changes();
      const last = before.at(-1)?.seq ?? 0;
      const added = changes.map((change, index) => ({ seq: last + index + 1, ...change }));
      await writeWhole(join(folder, CHANGES), linesText([...before, ...added]));
    },
    async fingerprint() {
      const hash = createHash('sha256');
      for (const slug of await files.slugs())
        hash.update(`${slug}\0`).update((await textOf(pathOf(slug))) ?? '');
      for (const name of [UNANSWERED, CHANGES])
        hash.update(`${name}\0`).update((await textOf(join(folder, name))) ?? '');
      return hash.digest('hex');
    },
  };
  return files;
}

/** A record as its file has it: a line for each member of the server and for each tool, so that a change is a line. */
export function recordText(server: CatalogueServer): string {
  const { tools, ...facts } = server;
  const members = Object.entries(facts).map(
    ([key, value]) => ` ${JSON.stringify(key)}: ${JSON.stringify(value)},`,
  );
  const lines = tools.map((tool) => `  ${JSON.stringify(tool)}`).join(',\n');
  return `{\n${members.join('\n')}\n "tools": [${lines === '' ? '' : `\n${lines}\n `}]\n}\n`;
}

function linesText(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

async function linesOf<T>(file: string): Promise<readonly T[]> {
  const text = (await textOf(file)) ?? '';
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => parsed(line, file) as T);
}

function parsed(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ToolgateError('catalogue.record', `${file} is no record: ${messageOf(error)}.`, {
      hint: 'Restore the file, or build the catalogue again.',
      cause: error,
    });
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whole or not at all: a reader never sees half a file. */
async function writeWhole(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}
