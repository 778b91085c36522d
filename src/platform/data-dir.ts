import { resolve } from 'node:path';

/**
 * The data folder as an absolute path: what `--data` said, else the environment's `TOOLGATE_DATA`, else
 * `data` in the working directory. An empty text counts as not said.
 */
export function resolveDataDir(option?: string, environment: NodeJS.ProcessEnv = process.env): string {
  return resolve(option || environment['TOOLGATE_DATA'] || 'data');
}
