import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const MAX_RSS_BYTES = 1_536 * 1024 * 1024;
const EVERY_MS = 500;
const PAGE_BYTES = 4_096;

export interface MemoryWatch {
  stop(): void;
  /** Whether the processes took more than they may, and were ended. */
  exceeded(): boolean;
}

/**
 * Watches what all processes of a sandbox hold in memory together, and ends them when it is too much. The sandbox is known by
 * the folder of the scan in a command line, and its other processes by the process namespace they share. Where there is no
 * /proc, it watches nothing; the heap limit stands there alone.
 */
export function watchMemory(folder: string, maxBytes: number = MAX_RSS_BYTES): MemoryWatch {
  let exceeded = false;
  const timer = setInterval(() => {
    const own = processesOf(folder);
    if (own.reduce((sum, { bytes }) => sum + bytes, 0) <= maxBytes) return;
    exceeded = true;
    for (const { pid } of own) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // it has ended meanwhile
      }
    }
  }, EVERY_MS);
  timer.unref();
  return { stop: () => clearInterval(timer), exceeded: () => exceeded };
}

interface Seen {
  readonly pid: number;
  readonly bytes: number;
  readonly namespace: string;
  readonly isNamed: boolean;
}

function processesOf(folder: string): readonly Seen[] {
  const all = allProcesses(folder);
  const ours = namespaceOf(process.pid);
  const namespaces = new Set(all.filter(({ isNamed }) => isNamed).map(({ namespace }) => namespace));
  return all.filter(
    ({ pid, namespace, isNamed }) =>
      pid !== process.pid && (isNamed || (namespace !== ours && namespaces.has(namespace))),
  );
}

function allProcesses(folder: string): readonly Seen[] {
  let entries: readonly string[];
  try {
    entries = readdirSync('/proc');
  } catch {
    return [];
  }
  return entries.flatMap((entry): Seen[] => {
    if (!/^\d+$/.test(entry)) return [];
    const pid = Number(entry);
    try {
      const pages = Number(readFileSync(`/proc/${entry}/statm`, 'utf8').split(' ')[1]);
      const isNamed = readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes(folder);
      return [{ pid, bytes: pages * PAGE_BYTES, namespace: namespaceOf(pid), isNamed }];
    } catch {
      return []; // it has ended meanwhile, or is not ours to look at
    }
  });
}

function namespaceOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return '';
  }
}
