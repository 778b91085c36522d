import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type AuditEvent, type Store } from '#store';
import { checkAuditChain, formatAuditHead, hashAuditEvent, readAuditHead } from './audit-chain.ts';
import { createAudit, type Audit } from './audit.ts';

const NOON = Date.parse('2026-11-22T12:00:00.000Z');

describe('the audit log', () => {
  let store: Store;
  let audit: Audit;
  beforeEach(() => {
    let now = NOON;
    store = openStore({ dataDir: ':memory:' });
    audit = createAudit({ store: store.control.audit, clock: { now: () => now++ } });
  });
  afterEach(() => store.close());

  const draft = (action: string, detail?: Record<string, unknown>) => ({
    actor: 'user:u1',
    actorLabel: 'Ada',
    action,
    target: 'policy:fluentcrm/main',
    ...(detail && { detail }),
  });

  async function written(count: number, organisation = 'acme'): Promise<AuditEvent[]> {
    const events: AuditEvent[] = [];
    for (let i = 1; i <= count; i++) events.push(await audit.append(organisation, draft(`act.${i}`, { i })));
    return events;
  }

  it('numbers events and chains each to the one before, over everything that it says', async () => {
    const [first, second] = await written(2);
    expect(first).toEqual({
      seq: 1,
      at: NOON,
      actor: 'user:u1',
      actorLabel: 'Ada',
      action: 'act.1',
      target: 'policy:fluentcrm/main',
      detail: '{"i":1}',
      previousHash: '0'.repeat(64),
      hash: createHash('sha256')
        .update(
          `["acme",1,${NOON},"user:u1","Ada","act.1","policy:fluentcrm/main","{\\"i\\":1}","${'0'.repeat(64)}"]`,
        )
        .digest('hex'),
    });
    expect(second).toMatchObject({ seq: 2, previousHash: first?.hash });
    expect(await audit.verify('acme')).toEqual({ ok: true, head: { seq: 2, hash: second?.hash } });
  });

  it('lets others have their turn while a long log is read', async () => {
    const events = 201; // two pages
    await written(events);
    let turns = 0;
    let next: NodeJS.Immediate | undefined;
    const take = (): void => {
      turns++;
      next = setImmediate(take);
    };
    take();
    expect(await audit.verify('acme')).toMatchObject({ ok: true, head: { seq: events } });
    clearImmediate(next);
    expect(turns).toBeGreaterThan(2);
  });

  it('has a chain of its own for each organisation, and an empty one where nothing was done', async () => {
    await written(3);
    const [theirs] = await written(1, 'other');
    expect(theirs?.seq).toBe(1);
    expect(await audit.verify('other')).toMatchObject({ ok: true, head: { seq: 1 } });
    expect(await audit.verify('nobody')).toMatchObject({ ok: true, head: { seq: 0 } });
  });

  it('keeps the chain whole when many append at once', async () => {
    await Promise.all(Array.from({ length: 40 }, (_, i) => audit.append('acme', draft(`act.${i}`))));
    expect(await audit.verify('acme')).toMatchObject({ ok: true, head: { seq: 40 } });
  });

  it('clips what is too long before it is hashed, and stays readable as JSON', async () => {
    const event = await audit.append('acme', {
      ...draft('x'.repeat(1000), { text: '"ł\n'.repeat(100_000) }),
      actorLabel: 'Eve\u202e\0',
    });
    expect(event.action).toHaveLength(256);
    expect(event.actorLabel).toBe('Eve\\u{202e}\\u{0}');
    expect(event.detail.length).toBeLessThan(8 * 1024);
    expect(JSON.parse(event.detail)).toMatchObject({ clipped: expect.stringMatching(/^\{"text":/) });
    expect(await audit.verify('acme')).toMatchObject({ ok: true });
  });

  it('writes the same detail in one way, whatever the order of its members', async () => {
    const one = await audit.append('acme', draft('a', { b: 1, a: { d: [2], c: undefined } }));
    expect(one.detail).toBe('{"a":{"d":[2]},"b":1}');
  });

  describe('finds', () => {
    let events: AuditEvent[];
    beforeEach(async () => {
      events = await written(8);
    });
    const faultOf = async (changed: readonly AuditEvent[], noted = headOf(events)) => {
      const check = await checkAuditChain('acme', [changed.slice(0, 3), changed.slice(3)], noted);
      return check.ok ? 'none' : `${check.fault.kind} at ${check.fault.seq}`;
    };
    const headOf = (list: readonly AuditEvent[]) => {
      const { seq, hash } = list.at(-1) as AuditEvent;
      return { seq, hash };
    };
    const edited = (seq: number, change: Partial<AuditEvent>) =>
      events.map((event) => (event.seq === seq ? { ...event, ...change } : event));

    it('nothing in a log that is whole', async () => {
      expect(await faultOf(events)).toBe('none');
    });

    it.each<[string, Partial<AuditEvent>]>([
      ['time', { at: 1 }],
      ['actor', { actor: 'user:u2' }],
      ['label', { actorLabel: 'Bob' }],
      ['action', { action: 'policy.read' }],
      ['target', { target: 'policy:x' }],
      ['detail', { detail: '{"i":6}' }],
      ['hash', { hash: 'f'.repeat(64) }],
    ])('an edited %s', async (_name, change) => {
      expect(await faultOf(edited(5, change))).toBe('edited at 5');
    });

    it('an edited event whose own hash was made anew', async () => {
      const forged = { ...(events[4] as AuditEvent), action: 'policy.read' };
      const change = { ...forged, hash: hashAuditEvent('acme', forged) };
      expect(await faultOf(edited(5, change))).toBe('unlinked at 6');
    });

    it('a removed event, the first too', async () => {
      expect(await faultOf(events.filter(({ seq }) => seq !== 4))).toBe('gap at 4');
      expect(await faultOf(events.slice(1))).toBe('gap at 1');
    });

    it('two events that changed places, with and without their numbers', async () => {
      const [a, b] = [events[3] as AuditEvent, events[4] as AuditEvent];
      expect(await faultOf([...events.slice(0, 3), b, a, ...events.slice(5)])).toBe('gap at 4');
      const renumbered = [...events.slice(0, 3), { ...b, seq: 4 }, { ...a, seq: 5 }, ...events.slice(5)];
      expect(await faultOf(renumbered)).toBe('unlinked at 4');
    });

    it('an event of another organisation', async () => {
      const [theirs] = await written(1, 'other');
      expect(await faultOf([theirs as AuditEvent, ...events.slice(1)])).toBe('edited at 1');
    });

    it('a cut tail, by a head that was noted, and only by one', async () => {
      expect(await faultOf(events.slice(0, 5))).toBe('cut at 6');
      expect(await checkAuditChain('acme', [events.slice(0, 5)])).toMatchObject({ ok: true });
    });

    it('a chain that was made anew as a whole, by a head that was noted', async () => {
      const forged: AuditEvent[] = [];
      for (const event of events) {
        const previousHash = forged.at(-1)?.hash ?? '0'.repeat(64);
        const made = { ...event, previousHash, ...(event.seq === 2 && { action: 'nothing' }) };
        forged.push({ ...made, hash: hashAuditEvent('acme', made) });
      }
      expect(await faultOf(forged)).toBe('rewritten at 8');
      expect(await checkAuditChain('acme', [forged])).toMatchObject({ ok: true });
    });

    it('nothing when the log went on after a head was noted', async () => {
      expect(await faultOf(events, headOf(events.slice(0, 3)))).toBe('none');
    });
  });

  it('reads the heads that it writes, and nothing else', () => {
    const head = { seq: 17, hash: 'ab'.repeat(32) };
    expect(readAuditHead(formatAuditHead(head))).toEqual(head);
    for (const text of [
      '',
      '17',
      '17:',
      `-1:${head.hash}`,
      `17:${head.hash}0`,
      `17:${head.hash.toUpperCase()}`,
    ])
      expect(readAuditHead(text)).toBeUndefined();
  });
});
