import * as fs from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, run, throwAwayFolder } from '../support/command.ts';

const SUITE = join(ROOT, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
const HOOK = pathToFileURL(join(import.meta.dirname, 'without-glob-sync.mjs')).href;

export interface SuiteRun {
  /** 0 when no scenario failed that counts. */
  readonly code: number | null;
  readonly passed: number;
  readonly failed: number;
  /** The scenarios in which a check failed. */
  readonly failing: readonly string[];
  /** Every check of every scenario, in its order, as `id name: STATUS`. */
  readonly verdicts: Readonly<Record<string, readonly string[]>>;
  /** What the suite said of the checks that failed or gave a warning. */
  readonly complaints: readonly string[];
}

interface Check {
  readonly id: string;
  readonly name: string;
  readonly status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO';
  readonly errorMessage?: string;
}

/** Runs the official conformance suite as a client of the server at `url`; `args` choose the scenarios. */
export async function runSuite(url: string, args: readonly string[]): Promise<SuiteRun> {
  const folder = throwAwayFolder();
  const env: Record<string, string> = 'globSync' in fs ? {} : { NODE_OPTIONS: `--import ${HOOK}` };
  const { code, stdout, stderr } = await run(SUITE, ['server', '--url', url, ...args, '-o', folder], { env });
  const scenarios = fs.readdirSync(folder).map((name): [string, Check[]] => {
    const scenario = name.replace(/^server-/, '').replace(/-\d{4}-\d\d-\d\dT[\d-]+Z$/, '');
    return [scenario, JSON.parse(fs.readFileSync(join(folder, name, 'checks.json'), 'utf8')) as Check[]];
  });
  if (scenarios.length === 0) throw new Error(`The suite ran nothing (exit ${code})\n${stdout}\n${stderr}`);
  const checks = scenarios.flatMap(([, checks]) => checks);
  return {
    code,
    passed: checks.filter(({ status }) => status === 'SUCCESS').length,
    failed: checks.filter(({ status }) => status === 'FAILURE').length,
    failing: scenarios
      .filter(([, checks]) => checks.some(({ status }) => status === 'FAILURE'))
      .map(([scenario]) => scenario),
    verdicts: Object.fromEntries(scenarios.map(([scenario, checks]) => [scenario, checks.map(verdict)])),
    complaints: checks
      .filter(({ status }) => status === 'FAILURE' || status === 'WARNING')
      .map((check) => `${verdict(check)} (${check.errorMessage})`),
  };
}

function verdict({ id, name, status }: Check): string {
  return `${id} ${name}: ${status}`;
}
