/**
 * The composition root: the only file that knows every concrete class. It says how one installation is put together
 * over a data folder, and lends that to the commands.
 */
import { join } from 'node:path';
import { createProgram, packageVersion, runProgram, type Assembly, type Compose, type Target } from '#cli';
import { Directory, Gateway, PolicySource, readOrMakeKey } from '#gateway';
import { knowListedTool } from '#policy';
import { createLog, systemClock, ToolgateError, type LimitConfiguration, type Log } from '#platform';
import { createQuota } from '#quota';
import { createRecords } from '#records';
import { openStore, type Grant } from '#store';
import { createHttpUpstream, createStdioUpstream, type Upstream } from '#upstream';

const DEFAULT_LIMITS: Required<LimitConfiguration> = {
  connectMs: 5_000,
  firstByteMs: 60_000,
  callMs: 60_000,
  startMs: 15_000,
  answerBytes: 16 * 1024 * 1024,
};
const STOP_MS = 3_000;
const PRUNE_MS = 3_600_000;

function compose(log: Log): Compose {
  const clock = systemClock;
  return {
    assemble(dataDir: string, anonymous?: Grant): Assembly {
      const store = openStore({ dataDir, clock });
      // counters of past windows are of no use; a store that is closed meanwhile has none to forget
      setInterval(() => store.counters.prune(clock.now()).catch(() => {}), PRUNE_MS).unref();
      const directory = new Directory(anonymous);
      const gateway = new Gateway({
        directory,
        quota: createQuota({ counters: store.counters, clock }),
        records: createRecords({ store: store.records, clock, log }),
        clock,
        log,
        sessionKey: readOrMakeKey(join(dataDir, 'session.key')),
      });
      return { store, directory, policies: new PolicySource(directory, log), gateway, log };
    },

    createUpstream(serverId: string, target: Target, given: LimitConfiguration): Upstream {
      const limits = { ...DEFAULT_LIMITS, ...given };
      const shared = { serverId, log, clock, knowTool: knowListedTool };
      if ('url' in target)
        return createHttpUpstream({ ...shared, url: target.url, headers: target.headers, limits });
      const { startMs, callMs, answerBytes } = limits;
      return createStdioUpstream({
        ...shared,
        ...target,
        version: packageVersion(),
        limits: { startMs, callMs, lineBytes: answerBytes, stopMs: STOP_MS },
      });
    },
  };
}

function logLevel(): 'debug' | 'info' | 'warn' | 'error' | 'silent' {
  const wanted = process.env['TOOLGATE_LOG'] ?? 'warn';
  if (
    wanted === 'debug' ||
    wanted === 'info' ||
    wanted === 'warn' ||
    wanted === 'error' ||
    wanted === 'silent'
  ) {
    return wanted;
  }
  throw new ToolgateError('config.log_level', `TOOLGATE_LOG is "${wanted}".`, {
    hint: 'Use debug, info, warn, error or silent.',
  });
}

/** Runs one command line; the process ends with its exit code when nothing is left to do. */
export async function main(argv: readonly string[]): Promise<void> {
  process.exitCode = await runProgram(() => createProgram(compose(createLog(logLevel()))), argv);
}
