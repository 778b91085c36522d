import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemClock } from '#platform';
import type { DecisionRecord, DecisionSetting } from '../ports.ts';
import { record } from '../records.suite.ts';
import { segmentsInMemory } from './segments.ts';
import { ledgerStores } from './stores.ts';

describe('the decision log', () => {
  it('counts exactly what it gives to who scans it', async () => {
    const BUCKET = 1_000;
    const texts = fc.constantFrom('a', 'b', '"', '\\', ',"grantId":"x"', ',"argumentKeys":[]}', '\t\n', 'é');
    const row = fc.record({
      at: fc.integer({ min: 0, max: 3_000 }),
      server: fc.constantFrom('crm', 'github'),
      tool: fc.option(texts, { nil: undefined }),
      grantId: texts,
      outcome: fc.constantFrom<DecisionRecord['outcome'][]>('allow', 'deny', 'hold', 'refused'),
      enforced: fc.boolean(),
      message: texts,
      argumentKeys: fc.array(texts, { maxLength: 2 }),
      result: fc.option(fc.constantFrom('ok', 'timeout', 'tool_error'), { nil: undefined }),
    });
    const filters = fc.record(
      {
        server: fc.constantFrom('crm', 'github', 'none'),
        servers: fc.subarray(['crm', 'github']),
        grant: texts,
        tool: texts,
        outcome: fc.constantFrom<DecisionRecord['outcome'][]>('allow', 'deny'),
        since: fc.integer({ min: 0, max: 3_000 }),
        until: fc.integer({ min: 0, max: 3_000 }),
        afterId: fc.constantFrom('r05', 'r10'),
        beforeId: fc.constantFrom('r05', 'r10'),
      },
      { requiredKeys: [] },
    );
    const add = (
      into: Map<string, object>,
      of: DecisionSetting,
      start: number,
      earliest: number,
      calls: number,
      failed: number,
    ): void => {
      const { server, grantId, tool, outcome, enforced, message } = of;
      const key = JSON.stringify([server, grantId, tool ?? null, outcome, enforced, message, start]);
      const known = (into.get(key) ?? { earliest, calls: 0, failed: 0 }) as {
        earliest: number;
        calls: number;
        failed: number;
      };
      into.set(key, {
        earliest: Math.min(known.earliest, earliest),
        calls: known.calls + calls,
        failed: known.failed + failed,
      });
    };
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 15 }), filters, async (rows, filter) => {
        const own = ledgerStores(segmentsInMemory(), 'append', systemClock);
        const written = rows.flatMap(({ result, ...changes }, i) => {
          const id = `r${String(i).padStart(2, '0')}`;
          const row = own.records.insert(record(id, changes));
          if (result === undefined) return [row];
          return [
            row,
            own.records.finish(id, { result, upstreamStatus: 200, latencyMicros: 1, quotaReturned: false }),
          ];
        });
        await Promise.all(written);
        const counted = new Map<string, object>();
        for await (const batch of own.records.scanCounted(filter, BUCKET))
          for (const { setting, start, earliest, calls, failed } of batch)
            add(counted, setting, start, earliest, calls, failed);
        const scanned = new Map<string, object>();
        for await (const batch of own.records.scan(filter))
          for (const one of batch) {
            const failed = one.ending !== undefined && one.ending.result !== 'ok' ? 1 : 0;
            add(scanned, one, Math.floor(one.at / BUCKET) * BUCKET, one.at, 1, failed);
          }
        expect(counted).toEqual(scanned);
        own.close();
      }),
      { numRuns: 500 },
    );
  });

  it('counts records that were written in another order of members too, and no lines that are none', async () => {
    const segments = segmentsInMemory();
    const { id, argumentKeys, ...others } = record('r1', { at: 1_500 });
    const lines = [
      `D\tr1\t[]\t${JSON.stringify({ argumentKeys, ...others, id })}`,
      `D\tr2\t[]\t{"id":"r2","at":1500,"requestId":"7","grantId":`, // torn by a full disk
      `D\tr3`,
      '',
    ];
    segments.create(1, Buffer.from(lines.join('\n')));
    const { records } = ledgerStores(segments, 'read', systemClock);
    const counted = [];
    for await (const batch of records.scanCounted({}, 1_000)) counted.push(...batch);
    expect(counted).toMatchObject([
      {
        setting: { server: 'fluentcrm', tool: 'fluentcrm_pause_campaign' },
        start: 1_000,
        earliest: 1_500,
        calls: 1,
        failed: 0,
      },
    ]);
  });
});
