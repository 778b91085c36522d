import { keep } from './regressions.ts';
import type { FuzzTarget } from './target.ts';
import { TARGETS } from './targets/index.ts';

export interface CampaignOptions {
  readonly minutes: number;
  /** The name of one target; undefined takes all in turn. */
  readonly target: string | undefined;
  /** The first turn takes this seed, each later one the next number; undefined takes fresh ones. */
  readonly seed: number | undefined;
  readonly print: (line: string) => void;
}

const LONGEST_TURN_MS = 20_000;

/**
 * Fuzzes for a time, one target after the other; returns how many findings there were. Each is printed and kept, and its
 * target is left out from then on: it would find the same again.
 */
export async function runCampaign({ minutes, target, seed, print }: CampaignOptions): Promise<number> {
  let chosen = TARGETS.filter(({ name }) => target === undefined || name === target);
  if (chosen.length === 0) {
    print(`There is no target "${target}". There are: ${TARGETS.map(({ name }) => name).join(', ')}.`);
    return 1;
  }
  const turnMs = Math.min(LONGEST_TURN_MS, (minutes * 60_000) / chosen.length);
  const deadline = performance.now() + minutes * 60_000;
  const runs = new Map<string, number>(chosen.map(({ name }) => [name, 0]));
  let findings = 0;
  let turns = 0;
  while (performance.now() < deadline) {
    const one = chosen[turns % chosen.length];
    if (!one) break;
    const ms = Math.min(turnMs, deadline - performance.now());
    const outcome = await turnOf(one, ms, seed === undefined ? undefined : seed + turns);
    runs.set(one.name, (runs.get(one.name) ?? 0) + outcome.runs);
    turns++;
    if (outcome.finding) {
      findings++;
      print(`\n${one.name} breaks its promise: ${one.promise}`);
      print(outcome.finding.report);
      print(`Kept as ${keep(outcome.finding)}; every test run tries it again.\n`);
      chosen = chosen.filter((other) => other !== one);
    }
    if (chosen.length > 0 && turns % chosen.length === 0) print(tally(runs, findings));
  }
  print(tally(runs, findings));
  return findings;
}

async function turnOf(
  target: FuzzTarget,
  ms: number,
  seed: number | undefined,
): ReturnType<FuzzTarget['run']> {
  await target.start();
  try {
    return await target.run({ ms, seed });
  } finally {
    await target.stop();
  }
}

function tally(runs: ReadonlyMap<string, number>, findings: number): string {
  const counts = [...runs].map(([name, count]) => `${name} ${count.toLocaleString('en')}`).join(', ');
  return `${new Date().toISOString().slice(11, 19)} runs: ${counts}; findings: ${findings}`;
}
