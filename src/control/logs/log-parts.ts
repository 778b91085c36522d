import type { Records } from '#records';
import type { Caller } from '../caller.ts';
import type { StreamTimes } from './guarded-stream.ts';

export const TAG = 'Logs';
export const READ = { kind: 'member', role: 'viewer', scope: 'logs:read' } as const;

export interface LogParts {
  readonly records: Pick<Records, 'query' | 'scan' | 'scanCharged' | 'follow'>;
  /** The servers whose decisions an organisation may see, declared and removed ones among them. */
  readonly serverIds: (organisation: string) => Promise<readonly string[]>;
  /** Whether a caller still has the rights that it came with. */
  readonly stillAllowed: (caller: Caller) => Promise<boolean>;
  /** For tests. */
  readonly times?: StreamTimes;
}
