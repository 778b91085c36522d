import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openStore, type ControlStore } from '#store';
import { definitionHash, type DefinedTool } from './definition-hash.ts';
import { driftOf, pinsOf } from './drift.ts';
import { createDriftWatch, pinPublished, type DriftEvent } from './drift-watch.ts';

const LIST: DefinedTool = { name: 'list', description: 'Lists.' };
const PAY: DefinedTool = { name: 'pay', description: 'Pays.' };
const OTHER_PAY: DefinedTool = { name: 'pay', description: 'Pays twice.' };

const acceptedIn = (tools: readonly DefinedTool[]): ReadonlyMap<string, string> =>
  new Map(pinsOf(tools, 'user:ada', 1).map(({ tool, hash }) => [tool, hash]));

describe('driftOf', () => {
  const accepted = acceptedIn([LIST, PAY]);

  it('is nothing while the server lists what was accepted, in whatever order', () => {
    expect(driftOf(accepted, [PAY, LIST], 2)).toEqual([]);
  });

  it('is what came, changed or went, by name', () => {
    expect(driftOf(accepted, [OTHER_PAY, { name: 'new' }], 2)).toMatchObject([
      { tool: 'list', kind: 'removed', hash: '', definition: '', seenAt: 2 },
      { tool: 'new', kind: 'added' },
      { tool: 'pay', kind: 'changed', hash: definitionHash(OTHER_PAY) },
    ]);
  });

  it('is nothing while nothing was accepted', () => {
    expect(driftOf(new Map(), [LIST], 2)).toEqual([]);
  });

  it('takes the first of two tools with one name, and any name as a name', () => {
    expect(driftOf(accepted, [LIST, PAY, OTHER_PAY], 2)).toEqual([]);
    const odd = acceptedIn([{ name: '__proto__' }, { name: 'constructor' }]);
    expect(driftOf(odd, [{ name: 'constructor' }, { name: '__proto__' }], 2)).toEqual([]);
    expect(driftOf(odd, [], 2).map(({ tool }) => tool)).toEqual(['__proto__', 'constructor']);
  });
});

describe('a watch over drift', () => {
  /** The control planes of two processes that share a data folder, and what each of them told. */
  async function open(): Promise<{
    controls: ControlStore[];
    told: DriftEvent[];
    watches: ReturnType<typeof createDriftWatch>[];
  }> {
    const dataDir = mkdtempSync(join(tmpdir(), 'toolgate-drift-'));
    const stores = [openStore({ dataDir }), openStore({ dataDir })];
    onTestFinished(async () => {
      for (const store of stores) await store.close();
      rmSync(dataDir, { recursive: true, force: true });
    });
    const controls = stores.map(({ control }) => control);
    const told: DriftEvent[] = [];
    const notify = (event: DriftEvent): Promise<void> => Promise.resolve(void told.push(event));
    const watches = controls.map((control) => createDriftWatch({ control, clock: { now: () => 5 }, notify }));
    for (const control of controls.slice(0, 1))
      await pinPublished(control, 'acme', 'crm', [LIST, PAY], 'user:ada', 1);
    return { controls, told, watches };
  }

  it('tells of each new difference once, whatever number of processes look', async () => {
    const { controls, told, watches } = await open();
    const look = (tools: readonly DefinedTool[]): Promise<unknown> =>
      Promise.all([...watches, ...watches].map((watch) => watch.look('acme', 'crm', tools)));
    await look([LIST, PAY]);
    expect(told).toEqual([]);
    await look([LIST, OTHER_PAY]);
    await look([LIST, OTHER_PAY]);
    expect(told).toHaveLength(1);
    await look([OTHER_PAY]);
    expect(told.slice(1).map(({ facts }) => facts.tools)).toEqual([[{ tool: 'list', kind: 'removed' }]]);
    expect(await controls[0]?.pins.drift('crm')).toMatchObject([{ tool: 'list' }, { tool: 'pay' }]);
  });

  it('is over when the server goes back, and told of again when it comes again', async () => {
    const { told, watches } = await open();
    const [watch] = watches;
    for (const tools of [
      [LIST, OTHER_PAY],
      [LIST, PAY],
      [LIST, OTHER_PAY],
    ])
      await watch?.look('acme', 'crm', tools);
    expect(told).toHaveLength(2);
    expect((await watch?.look('acme', 'crm', [LIST, PAY]))?.drift).toEqual([]);
  });

  it('writes nothing while nothing is new', async () => {
    const { controls, watches } = await open();
    await watches[0]?.look('acme', 'crm', [OTHER_PAY]);
    const before = await controls[0]?.revision();
    for (let i = 0; i < 5; i++) await watches[1]?.look('acme', 'crm', [OTHER_PAY]);
    expect(await controls[0]?.revision()).toBe(before);
  });

  it('tells of names as a server wrote them, without what could mislead a reader, and not of all of thousands', async () => {
    const { told, watches } = await open();
    const many = Array.from({ length: 1_000 }, (_, i) => ({
      name: `\u202e\n@channel ${i}`.padEnd(500, 'x'),
    }));
    await watches[0]?.look('acme', 'crm', [LIST, PAY, ...many]);
    expect(told[0]?.text).toMatch(/ and 995 more\.$/);
    expect(told[0]?.text).not.toMatch(/[\n\u202e]/);
    expect(told[0]?.text.length).toBeLessThan(700);
  });
});
