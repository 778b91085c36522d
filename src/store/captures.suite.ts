import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Capture, CaptureStore } from './control-ports.ts';
import type { Store } from './ports.ts';

const NOW = 1_700_000_000_000;

function capture(record: string, changes: Partial<Capture> = {}): Capture {
  return { record, server: 'crm', at: NOW, argumentsSealed: `sealed ${record}`, ...changes };
}

/** What every driver's `CaptureStore` must do; `open` as for `organisationSuite`. */
export function captureSuite(open: () => Promise<readonly [Store, Store]>): void {
  describe('CaptureStore', () => {
    let stores: readonly [Store, Store];
    let captures: CaptureStore;
    let elsewhere: CaptureStore;
    beforeEach(async () => {
      stores = await open();
      [captures, elsewhere] = [stores[0].control.captures, stores[1].control.captures];
    });
    afterEach(() => Promise.all(stores.map((store) => store.close())));

    const kept = async (): Promise<readonly string[]> =>
      (await captures.ofRecords(['r1', 'r2', 'r3', 'r4'])).map((one) => one.record).toSorted();

    it('gives back those of the records that were asked for', async () => {
      await captures.insert(capture('r1'));
      await captures.insert(capture('r2', { server: 'shop' }));
      expect(await elsewhere.ofRecords(['r2', 'r2', 'nothing'])).toEqual([capture('r2', { server: 'shop' })]);
      expect(await elsewhere.ofRecords([])).toEqual([]);
    });

    it('takes a list of records longer than a statement holds', async () => {
      await captures.insert(capture('r1'));
      await captures.insert(capture('r39999'));
      const records = Array.from({ length: 40_000 }, (_, i) => `r${i}`);
      expect(await captures.ofRecords(records)).toHaveLength(2);
    });

    it('forgets those of one server that are older than a time', async () => {
      await captures.insert(capture('r1', { at: NOW - 1 }));
      await captures.insert(capture('r2', { at: NOW }));
      await captures.insert(capture('r3', { at: NOW - 1, server: 'shop' }));
      expect(await captures.prune('crm', NOW)).toBe(1);
      expect(await kept()).toEqual(['r2', 'r3']);
    });

    it('forgets those of every server that are older than a time', async () => {
      await captures.insert(capture('r1', { at: NOW - 1 }));
      await captures.insert(capture('r2', { at: NOW }));
      await captures.insert(capture('r3', { at: NOW - 1, server: 'shop' }));
      expect(await captures.pruneAll(NOW)).toBe(2);
      expect(await kept()).toEqual(['r2']);
    });

    it('forgets a server', async () => {
      await captures.insert(capture('r1'));
      await captures.insert(capture('r2', { at: NOW + 5 }));
      await captures.insert(capture('r3', { server: 'shop' }));
      expect(await captures.removeServer('crm')).toBe(2);
      expect(await kept()).toEqual(['r3']);
    });
  });
}
