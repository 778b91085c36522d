import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 10;
const POLLS_BETWEEN_LOOKS = 5;

/** Sends a signal to every member of a process group; does nothing when there is none. */
export function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // No such group: what was to be ended has ended.
  }
}

/**
 * Waits until no living process is left in the group. Members that are dead but not yet collected by their parent do
 * not count. Resolves to false when the limit passes first.
 */
export async function groupGone(group: number, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  for (let poll = 1; ; poll++) {
    if (!hasMember(group)) return true;
    if (poll % POLLS_BETWEEN_LOOKS === 0 && process.platform === 'linux' && !hasLivingMember(group))
      return true;
    if (performance.now() >= deadline) return false;
    await delay(POLL_MS);
  }
}

function hasMember(group: number): boolean {
  try {
    process.kill(-group, 0);
    return true;
  } catch {
    return false;
  }
}

/** Reads /proc, because a signal cannot tell the dead from the living. */
function hasLivingMember(group: number): boolean {
  return readdirSync('/proc').some((entry) => {
    if (!/^\d+$/.test(entry)) return false;
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, 'latin1');
      // "pid (name) state parent group ...": the name may hold anything, brackets and spaces included.
      const [state, , memberOf] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return memberOf === String(group) && state !== 'Z' && state !== 'X';
    } catch {
      return false; // gone meanwhile
    }
  });
}
