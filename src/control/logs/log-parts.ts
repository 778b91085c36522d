import type { Records } from '#records';
import type { Caller } from '../caller.ts';
import type { StreamTimes } from './guarded-stream.ts';

export const TAG = 'Logs';
export const READ = { kind: 'member', role: 'viewer', scope: 'logs:read' } as const;

/** Asked about a caller and the request that it came with. */
export type StillAllowed = (caller: Caller, request: Request) => Promise<boolean>;

export interface LogParts {
  readonly records: Pick<Records, 'query' | 'scan' | 'scanCounted' | 'scanCharged' | 'follow'>;
  /** The servers whose decisions an organisation may see, declared and removed ones among them. */
  readonly serverIds: (organisation: string) => Promise<readonly string[]>;
  /** Whether a caller still has the session and the rights that it came with. */
  readonly stillAllowed: StillAllowed;
  /** Aborts when the gateway wants to stop: whoever follows the log is let go. */
  readonly closing?: AbortSignal;
  /** For tests. */
  readonly times?: StreamTimes;
}
