import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contextsEntered } from '../../test/support/entered-contexts.ts';
import type { ControlStore, Drift, ManagedServer, Pin, PinStore } from './control-ports.ts';
import type { Store } from './ports.ts';

const NOW = 1_700_000_000_000;

function pin(tool: string, changes: Partial<Pin> = {}): Pin {
  return {
    tool,
    hash: `hash of ${tool}`,
    definition: `{"name":"${tool}"}`,
    acceptedAt: NOW,
    acceptedBy: 'user:ada',
    ...changes,
  };
}

function changed(tool: string, changes: Partial<Drift> = {}): Drift {
  return { tool, kind: 'changed', hash: `new ${tool}`, definition: '{"new":true}', seenAt: NOW, ...changes };
}
const added = (tool: string): Drift => changed(tool, { kind: 'added' });
const gone = (tool: string): Drift => changed(tool, { kind: 'removed', hash: '', definition: '' });
const accepted = ({ tool, hash, definition }: Drift): Pin =>
  pin(tool, { hash, definition, acceptedAt: NOW + 1, acceptedBy: 'user:bea' });

const SERVER: ManagedServer = {
  id: 'managed',
  name: 'Managed',
  kind: 'stdio',
  display: '{}',
  connectionSealed: 'sealed',
  settings: '{}',
  onChange: 'block',
  catalogueSlug: undefined,
  createdAt: NOW,
  updatedAt: NOW,
};

/** What every driver's `PinStore` must do; `open` as for `organisationSuite`. */
export function pinSuite(open: () => Promise<readonly [Store, Store]>): void {
  describe('PinStore', () => {
    let stores: readonly [Store, Store];
    let control: ControlStore;
    let pins: PinStore;
    let elsewhere: PinStore;
    beforeEach(async () => {
      stores = await open();
      control = stores[0].control;
      [pins, elsewhere] = [control.pins, stores[1].control.pins];
    });
    afterEach(() => Promise.all(stores.map((store) => store.close())));

    describe('pins', () => {
      it('are those that were put in last, by name, of their server alone', async () => {
        await pins.replace('acme', 'crm', [pin('old')]);
        await pins.replace('acme', 'shop', [pin('a')]);
        await pins.replace('acme', 'crm', [pin('b'), pin('__proto__'), pin('B')]);
        expect(await elsewhere.pins('crm')).toEqual([pin('B'), pin('__proto__'), pin('b')]);
        expect(await elsewhere.pins('shop')).toEqual([pin('a')]);
        expect(await elsewhere.pins('nothing')).toEqual([]);
        expect([...(await elsewhere.accepted('crm'))]).toEqual(
          [pin('B'), pin('__proto__'), pin('b')].map(({ tool, hash }) => [tool, hash]),
        );
      });

      it('are all replaced or none', async () => {
        await pins.replace('acme', 'crm', [pin('a')]);
        const odd = pins.replace('acme', 'crm', [pin('b'), pin('c\0')]);
        await expect(odd).rejects.toMatchObject({ code: 'store.text' });
        expect(await pins.pins('crm')).toEqual([pin('a')]);
      });

      it('are one list when two replace them at once', async () => {
        const [one, two] = [
          [pin('a'), pin('b')],
          [pin('b', { hash: 'other' }), pin('c')],
        ];
        await Promise.all([pins.replace('acme', 'crm', one), elsewhere.replace('acme', 'crm', two)]);
        expect([JSON.stringify(one), JSON.stringify(two)]).toContain(JSON.stringify(await pins.pins('crm')));
      });

      it('can be very many, with very long names', async () => {
        const many = Array.from({ length: 10_000 }, (_, i) => pin(`tool ${i}`));
        const long = pin('x'.repeat(20_000));
        await pins.replace('acme', 'crm', [...many, long, pin('tool 5', { hash: 'named twice' })]);
        const stored = await elsewhere.pins('crm');
        expect(stored).toHaveLength(10_001);
        expect(stored.at(-1)).toEqual(long);
        expect(stored.find((one) => one.tool === 'tool 5')?.hash).toBe('named twice');
      });

      it('forget the drift when they are replaced', async () => {
        await pins.replace('acme', 'crm', [pin('a')]);
        await pins.setDrift('acme', 'crm', [changed('a')]);
        await pins.replace('acme', 'crm', [pin('a')]);
        expect(await elsewhere.drift('crm')).toEqual([]);
      });
    });

    describe('counts', () => {
      it('are of the servers that were asked for and have any', async () => {
        await pins.replace('acme', 'crm', [pin('a'), pin('b')]);
        await pins.setDrift('acme', 'crm', [changed('a')]);
        await pins.replace('acme', 'shop', [pin('a')]);
        await pins.setDrift('acme', 'bare', [added('x'), added('y')]);
        await pins.replace('acme', 'other', [pin('a')]);
        expect(await elsewhere.counts(['crm', 'shop', 'bare', 'nothing'])).toEqual(
          new Map([
            ['crm', { pins: 2, drift: 1 }],
            ['shop', { pins: 1, drift: 0 }],
            ['bare', { pins: 0, drift: 2 }],
          ]),
        );
        expect((await pins.counts([])).size).toBe(0);
      });
    });

    describe('drift', () => {
      beforeEach(() => pins.replace('acme', 'crm', [pin('a'), pin('b'), pin('c')]));

      it('is what was set last, and remembers when each was first seen', async () => {
        await pins.setDrift('acme', 'crm', [changed('a'), gone('b')]);
        const later = [gone('b'), added('d'), changed('a')].map((one) => ({ ...one, seenAt: NOW + 9 }));
        await pins.setDrift('acme', 'crm', later);
        expect(await elsewhere.drift('crm')).toEqual([
          changed('a'),
          gone('b'),
          { ...added('d'), seenAt: NOW + 9 },
        ]);
        await pins.setDrift('acme', 'crm', []);
        expect(await elsewhere.drift('crm')).toEqual([]);
        expect(await elsewhere.drift('nothing')).toEqual([]);
      });

      it('tells what is new in it', async () => {
        expect(await pins.setDrift('acme', 'crm', [changed('a'), added('d')])).toEqual([
          changed('a'),
          added('d'),
        ]);
        expect(await pins.setDrift('acme', 'crm', [added('d'), changed('a')])).toEqual([]);
        const again = changed('a', { hash: 'newer', seenAt: NOW + 1 });
        expect(await elsewhere.setDrift('acme', 'crm', [again, gone('b')])).toEqual([again, gone('b')]);
        expect(await elsewhere.setDrift('acme', 'crm', [gone('b')])).toEqual([]);
        expect(await elsewhere.drift('crm')).toEqual([gone('b')]);
      });

      it('tells one of many who see the same', async () => {
        const told = await Promise.all(
          Array.from({ length: 20 }, (_, i) =>
            (i % 2 === 0 ? pins : elsewhere).setDrift('acme', 'crm', [changed('a'), added('d')]),
          ),
        );
        expect(told.flat()).toHaveLength(2);
        expect(told.filter((list) => list.length > 0)).toHaveLength(1);
      });

      it('is noted without an async context', async () => {
        expect(await contextsEntered(() => pins.setDrift('acme', 'crm', [added('a')]))).toBe(0);
        expect(await elsewhere.drift('crm')).toEqual([added('a')]);
      });

      it('leaves out what was accepted since somebody looked', async () => {
        const looked = [changed('a'), gone('b'), changed('c')];
        await pins.setDrift('acme', 'crm', looked);
        await pins.accept('acme', 'crm', 'a', changed('a').hash, accepted(changed('a')));
        await pins.accept('acme', 'crm', 'b', '', undefined);
        expect(await elsewhere.setDrift('acme', 'crm', looked)).toEqual([]);
        expect(await elsewhere.drift('crm')).toEqual([changed('c')]);
      });
    });

    describe('accepting', () => {
      beforeEach(async () => {
        await pins.replace('acme', 'crm', [pin('a'), pin('b')]);
        await pins.setDrift('acme', 'crm', [changed('a'), gone('b'), added('d')]);
      });

      it('makes a pin of what a tool is now', async () => {
        for (const drift of [changed('a'), added('d')]) {
          expect(await pins.accept('acme', 'crm', drift.tool, drift.hash, accepted(drift))).toBe(true);
        }
        expect(await elsewhere.pins('crm')).toEqual([accepted(changed('a')), pin('b'), accepted(added('d'))]);
        expect(await elsewhere.drift('crm')).toEqual([gone('b')]);
      });

      it('takes the pin of a tool away that is gone', async () => {
        expect(await pins.accept('acme', 'crm', 'b', '', undefined)).toBe(true);
        expect(await elsewhere.pins('crm')).toEqual([pin('a')]);
      });

      it('is for one of many', async () => {
        const done = await Promise.all(
          Array.from({ length: 20 }, (_, i) =>
            (i % 2 === 0 ? pins : elsewhere).accept('acme', 'crm', 'a', 'new a', accepted(changed('a'))),
          ),
        );
        expect(done.filter(Boolean)).toHaveLength(1);
      });

      it.each<[string, string, string, Pin | undefined]>([
        ['a tool that changed again since', 'a', 'older', accepted(changed('a', { hash: 'older' }))],
        ['a tool that did not change', 'c', 'hash of c', pin('c')],
        ['a definition that is not the one that was seen', 'a', 'new a', pin('a', { hash: 'smuggled' })],
        ['the definition of another tool', 'a', 'new a', pin('d', { hash: 'new a' })],
        ['as gone what is there', 'a', 'new a', undefined],
        ['as gone what was never seen as gone', 'a', '', undefined],
        ['as there what is gone', 'b', '', pin('b')],
      ])('refuses %s', async (_name, tool, seenHash, wanted) => {
        expect(await pins.accept('acme', 'crm', tool, seenHash, wanted)).toBe(false);
        expect(await elsewhere.pins('crm')).toEqual([pin('a'), pin('b')]);
        expect(await elsewhere.drift('crm')).toEqual([changed('a'), gone('b'), added('d')]);
      });
    });

    it('raises the revision with every change, and not when nothing is new', async () => {
      const revision = (): Promise<number> => stores[1].control.revision();
      const seen = [await revision()];
      await pins.replace('acme', 'crm', [pin('a')]);
      seen.push(await revision());
      await pins.setDrift('acme', 'crm', [changed('a')]);
      seen.push(await revision());
      await pins.setDrift('acme', 'crm', [changed('a')]);
      expect(await revision()).toBe(seen.at(-1));
      await pins.accept('acme', 'crm', 'a', 'new a', accepted(changed('a')));
      seen.push(await revision());
      expect(new Set(seen).size).toBe(4);
      expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    });

    it.each(['managed', 'declared'])('changes nothing of another organisation: %s server', async (server) => {
      if (server === 'managed') await control.servers.insert('acme', SERVER);
      await pins.replace('acme', server, [pin('a')]);
      await pins.setDrift('acme', server, [changed('a')]);
      const revision = await control.revision();
      await pins.replace('other', server, [pin('theirs')]);
      expect(await pins.accept('other', server, 'a', 'new a', accepted(changed('a')))).toBe(false);
      expect(await pins.setDrift('other', server, [added('theirs')])).toEqual([]);
      expect(await pins.pins(server)).toEqual([pin('a')]);
      expect(await pins.drift(server)).toEqual([changed('a')]);
      expect(await control.revision()).toBe(revision);
    });

    it('lets nobody pin the server of another organisation first, nor one that was removed', async () => {
      await control.servers.insert('acme', SERVER);
      await pins.replace('other', 'managed', [pin('theirs')]);
      await pins.setDrift('other', 'managed', [added('theirs')]);
      await control.servers.remove('acme', 'managed', NOW);
      await pins.replace('acme', 'managed', [pin('late')]);
      await pins.setDrift('acme', 'managed', [added('late')]);
      expect(await pins.pins('managed')).toEqual([]);
      expect(await pins.drift('managed')).toEqual([]);
    });
  });
}
