import * as fs from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, run, throwAwayFolder } from '../support/command.ts';

const SUITE = join(ROOT, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
const DRIVER = join(import.meta.dirname, 'client-driver.mjs');
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
export function runSuite(url: string, args: readonly string[]): Promise<SuiteRun> {
  return start(['server', '--url', url, ...args]);
}

/**
 * Runs the official conformance suite as a server; the driver puts the gateway before it and a client before the gateway.
 * The suite starts all scenarios at once and the driver lets a few run at a time: its time limit includes the waiting.
 */
export function runClientSuite(args: readonly string[]): Promise<SuiteRun> {
  const slots = { TOOLGATE_CONFORMANCE_SLOTS: throwAwayFolder() };
  return start(
    ['client', '--command', `${process.execPath} ${DRIVER}`, '--timeout', '300000', ...args],
    slots,
  );
}

async function start(args: readonly string[], environment: Record<string, string> = {}): Promise<SuiteRun> {
  const folder = throwAwayFolder();
  const env = 'globSync' in fs ? environment : { ...environment, NODE_OPTIONS: `--import ${HOOK}` };
  const { code, stdout, stderr } = await run(SUITE, [...args, '-o', folder], { env });
  const files = fs.readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const scenarios = files
    .filter((file) => basename(file) === 'checks.json')
    .map((file): [string, Check[]] => {
      const scenario = dirname(file)
        .replace(/^server-/, '')
        .replace(/-\d{4}-\d\d-\d\dT[\d-]+Z$/, '');
      return [scenario, JSON.parse(fs.readFileSync(join(folder, file), 'utf8')) as Check[]];
    });
  if (scenarios.length === 0) throw new Error(`The suite ran nothing (exit ${code})\n${stdout}\n${stderr}`);
  const checks = scenarios.flatMap(([, checks]) => checks);
  return {
    code,
    passed: checks.filter(({ status }) => status === 'SUCCESS').length,
    failed: checks.filter(({ status }) => status === 'FAILURE').length,
    failing: scenarios
      .filter(([, checks]) => checks.some(({ status }) => status === 'FAILURE'))
      .map(([scenario]) => scenario)
      .toSorted(),
    verdicts: Object.fromEntries(scenarios.map(([scenario, checks]) => [scenario, checks.map(verdict)])),
    complaints: scenarios.flatMap(([scenario, checks]) =>
      checks
        .filter(({ status }) => status === 'FAILURE' || status === 'WARNING')
        .map((check) => `${scenario}: ${verdict(check)} (${check.errorMessage})`),
    ),
  };
}

function verdict({ id, name, status }: Check): string {
  return `${id} ${name}: ${status}`;
}
