import { describe, expect, it } from 'vitest';
import { createLog } from '#platform';
import type { Grant } from '#store';
import { createRequestLog } from './request-log.ts';
import { Telemetry, type Observation } from './telemetry.ts';

const GRANT: Grant = {
  id: 'g1',
  label: 'agent',
  server: 'shop',
  policy: 'rules',
  createdAt: 0,
  expiresAt: undefined,
  revokedAt: undefined,
};

interface Line {
  readonly level: number;
  readonly tool?: string;
  readonly decision?: string;
  readonly status: number;
}

/** What is written about one request after another. */
function written(
  level: 'debug' | 'info' | 'warn',
  sample: number,
  tell: readonly ((observation: Observation) => void)[],
): Line[] {
  const lines: string[] = [];
  const log = createLog(level, { write: (line: string) => void lines.push(line) });
  const telemetry = new Telemetry({ log: createRequestLog(log, sample) });
  for (const one of tell) {
    const observation = telemetry.begin('req_1', 'http', 'shop', GRANT);
    observation.method = 'tools/call';
    one(observation);
  }
  return lines.map((line) => JSON.parse(line) as Line);
}

const allowed = (observation: Observation): void => {
  observation.decided('allow', '/tools/x', undefined);
  observation.finished(200);
};
const denied = (observation: Observation): void => {
  observation.decided('deny', '(default deny)', undefined);
  observation.finished(200);
};
const failed = (observation: Observation): void => {
  observation.decided('allow', '/tools/x', undefined);
  observation.upstreamFailed({ kind: 'timeout', message: 'too late', reached: true });
  observation.finished(200);
};
const crashed = (observation: Observation): void => {
  observation.crashed();
  observation.finished(500);
};
const everything = [allowed, denied, failed, crashed];

describe('the log of requests', () => {
  it.each([
    ['debug', [20, 30, 40, 40]],
    ['info', [30, 40, 40]],
    ['warn', [40, 40]],
  ] as const)('writes at %s what belongs there', (level, levels) => {
    expect(written(level, 0, everything).map((line) => line.level)).toEqual(levels);
  });

  it.each([
    [0, 0],
    [0.1, 10],
    [0.5, 50],
    [1, 100],
  ])('writes the share %f of good requests at info', (share, count) => {
    const lines = written(
      'info',
      share,
      Array.from({ length: 100 }, () => allowed),
    );
    expect(lines.length).toBe(count);
  });

  it('writes every request once, however often it ends', () => {
    const lines = written('info', 1, [
      (observation) => {
        allowed(observation);
        observation.finished(499);
      },
    ]);
    expect(lines).toMatchObject([{ status: 200, decision: 'allow' }]);
  });

  it('calls a call refused that ended before any decision', () => {
    const lines = written('info', 0, [(observation) => observation.finished(400)]);
    expect(lines).toMatchObject([{ decision: 'refused', rule: '(protocol)', status: 400 }]);
  });

  it('cuts a name that an agent made as long as it liked', () => {
    const lines = written('debug', 0, [
      (observation) => {
        observation.tool = 'x'.repeat(100_000);
        denied(observation);
      },
    ]);
    expect(lines[0]?.tool).toHaveLength(256);
  });
});
