import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Installer } from '../scan/npm-package.ts';
import { findSandbox } from '../scan/sandbox.ts';
import { scanNpmPackage, type NpmScan, type Runtime } from '../scan/scan-npm.ts';
import type { Candidate } from './candidates.ts';
import { scanFileOf } from './scan-file.ts';

export interface ScanCandidatesOptions {
  /** Folder for the answers, one file a package: all that a server said, definitions whole. */
  readonly scansDir: string;
  /** Folder for installations; what is in it is thrown away. */
  readonly workDir: string;
  /** Packages that are installed and started at once. */
  readonly concurrency: number;
  readonly installer?: Installer;
  readonly runtime?: Runtime;
  readonly now: () => number;
  readonly onScan?: (candidate: Candidate, scan: NpmScan) => void;
  /** Asked between packages; ends the run, to go on another time. */
  readonly isStopping?: () => boolean;
}

/** A candidate with what its scan gave, as it is kept on disk. */
export interface KeptScan extends NpmScan {
  readonly name: string;
}

/**
 * Scans every candidate whose answer is not there yet; so a run that was ended goes on where it stopped. A package that fails
 * is kept as such, with the reason.
 */
export async function scanCandidates(
  candidates: readonly Candidate[],
  options: ScanCandidatesOptions,
): Promise<void> {
  const sandbox = findSandbox();
  const waiting = candidates.filter(({ name }) => !existsSync(join(options.scansDir, scanFileOf(name))));
  let next = 0;
  const work = async (place: number): Promise<void> => {
    while (next < waiting.length && options.isStopping?.() !== true) {
      const candidate = waiting[next++];
      if (candidate === undefined) return;
      const scan = await scanNpmPackage(`${candidate.name}@${candidate.version}`, {
        folder: join(options.workDir, `place-${place}`),
        sandbox,
        hints: candidate,
        now: options.now,
        ...(options.installer && { installer: options.installer }),
        ...(options.runtime && { runtime: options.runtime }),
      });
      const { name, version, repository } = candidate;
      await keepScan(options.scansDir, {
        name,
        version,
        ...(repository !== undefined && { repository }),
        ...scan,
      });
      options.onScan?.(candidate, scan);
    }
  };
  await Promise.all(Array.from({ length: options.concurrency }, (_, place) => work(place)));
}

/** Writes what a scan gave, whole or not at all. */
export async function keepScan(scansDir: string, scan: KeptScan): Promise<void> {
  await mkdir(scansDir, { recursive: true });
  const file = join(scansDir, scanFileOf(scan.name));
  await writeFile(`${file}.new`, `${JSON.stringify(scan, null, 1)}\n`);
  await rename(`${file}.new`, file);
}
