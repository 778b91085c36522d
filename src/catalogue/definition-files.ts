import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CatalogueIndex } from '#store';
import { scanFileOf } from './build/scan-file.ts';
import type { DefinitionSource } from './pages/page.ts';
import type { Scan, ScannedTool } from './scan/scan.ts';

const KEPT_SERVERS = 20;

/**
 * Definitions from folders of kept scans, the first folder that has one. A few servers are kept in memory, for the pages of
 * one server are mostly asked for together.
 */
export function definitionFiles(
  folders: readonly string[],
  index: () => CatalogueIndex | undefined,
): DefinitionSource {
  const kept = new Map<string, ReadonlyMap<string, ScannedTool> | undefined>();
  return {
    async definitionsOf(slug) {
      if (kept.has(slug)) return kept.get(slug);
      const server = await index()?.server(slug);
      if (server === undefined) return undefined;
      const found = await firstScan(
        folders,
        server.facts.package ?? server.facts.name,
        server.facts.scannedAt,
      );
      if (kept.size >= KEPT_SERVERS) kept.delete(kept.keys().next().value ?? '');
      kept.set(slug, found);
      return found;
    },
  };
}

async function firstScan(
  folders: readonly string[],
  name: string,
  scannedAt: string,
): Promise<ReadonlyMap<string, ScannedTool> | undefined> {
  for (const folder of folders) {
    const scan = await readScan(join(folder, scanFileOf(name)));
    // definitions of another reading would belong to other facts
    if (scan?.outcome.answered && scan.scannedAt === scannedAt)
      return new Map(scan.outcome.tools.toReversed().map((tool) => [tool.name, tool]));
  }
  return undefined;
}

async function readScan(file: string): Promise<Scan | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Scan;
  } catch {
    return undefined; // not there, or not readable: the pages do without
  }
}
