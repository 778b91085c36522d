import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Finding } from './target.ts';

/** A finding as it is kept, so that every test run tries its input again. */
export interface Regression {
  readonly file: string;
  readonly target: string;
  readonly input: unknown;
}

const FOLDER = join(import.meta.dirname, 'regressions');

export function regressions(): readonly Regression[] {
  return readdirSync(FOLDER)
    .filter((file) => file.endsWith('.json'))
    .toSorted()
    .map((file) => {
      const { target, input } = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Regression;
      return { file, target, input };
    });
}

/** Keeps a finding; returns the path of its file. */
export function keep({ target, seed, path, input }: Finding): string {
  mkdirSync(FOLDER, { recursive: true });
  const file = join(FOLDER, `${target}-${(seed >>> 0).toString(16)}.json`);
  writeFileSync(file, `${JSON.stringify({ target, seed, path, input }, null, 2)}\n`);
  return file;
}
