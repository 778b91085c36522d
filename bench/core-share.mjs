// Gives a process no more than a share of a core, by control groups of Linux (either version; needs root). On a machine with few
// cores this is how the workers of a gateway can be given a core each, scaled down: what is measured then is how they divide the
// work, not how all processes of the benchmark fight for the machine.
import { existsSync, mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const PERIOD_MICROS = 10_000;
const FIRST_VERSION = '/sys/fs/cgroup/cpu';
const SECOND_VERSION = '/sys/fs/cgroup';

const groups = [];

/** Moves a process into a group of its own. Throws where the system does not allow that. */
export function limitToShare(pid, share) {
  const isFirstVersion = existsSync(join(FIRST_VERSION, 'cpu.cfs_quota_us'));
  const group = join(isFirstVersion ? FIRST_VERSION : SECOND_VERSION, `toolgate-bench-${pid}`);
  const quota = String(Math.round(PERIOD_MICROS * share));
  try {
    mkdirSync(group);
    groups.push(group);
    if (isFirstVersion) {
      writeFileSync(join(group, 'cpu.cfs_period_us'), String(PERIOD_MICROS));
      writeFileSync(join(group, 'cpu.cfs_quota_us'), quota);
    } else writeFileSync(join(group, 'cpu.max'), `${quota} ${PERIOD_MICROS}`);
    writeFileSync(join(group, 'cgroup.procs'), String(pid));
  } catch (error) {
    throw new Error('--share needs Linux, root, and control groups with the cpu controller', {
      cause: error,
    });
  }
}

/** Takes the groups away; their processes must have ended. */
export function removeGroups() {
  for (const group of groups.splice(0)) rmdirSync(group);
}
