import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LimitDemand, LimitScope } from '#policy';
import { counterName, readCounterName, type QuotaOwner } from './counter-name.ts';

const owner: QuotaOwner = { organisation: 'o1', server: 's1', grant: 'g1', session: 'session 1' };

function name(
  scope: LimitScope,
  changes: Partial<QuotaOwner> = {},
  limit: Partial<LimitDemand> = {},
): string {
  const demand: LimitDemand = {
    rule: '/tools/a/limits/budget',
    counter: 'budget',
    scope,
    windowSeconds: 60,
    maxMicros: 1,
    amountMicros: 1,
    message: '',
    onUnavailable: 'deny',
    ...limit,
  };
  return counterName(demand, { ...owner, ...changes });
}

describe('counterName', () => {
  it.each<[LimitScope, readonly (keyof QuotaOwner)[]]>([
    ['organisation', ['organisation']],
    ['server', ['organisation', 'server']],
    ['grant', ['organisation', 'server', 'grant']],
    ['session', ['organisation', 'server', 'grant', 'session']],
  ])('belongs, in scope %s, to exactly its %s', (scope, parts) => {
    const keys = ['organisation', 'server', 'grant', 'session'] as const;
    const telling = keys.filter((key) => name(scope, { [key]: 'other' }) !== name(scope));
    expect(telling).toEqual(parts);
  });

  it('is shared by rules that name the same counter, whatever their maximum and amount', () => {
    expect(name('grant', {}, { rule: '/all_tools/limits/budget', maxMicros: 9, amountMicros: 7 })).toBe(
      name('grant'),
    );
  });

  it('is another for another scope, name or window', () => {
    const names = [
      name('grant'),
      name('server'),
      name('session'),
      name('organisation'),
      name('grant', {}, { counter: 'other' }),
      name('grant', {}, { windowSeconds: 3600 }),
    ];
    expect(new Set(names).size).toBe(names.length);
  });

  it('is one per grant where there is no session, and not that of any named session', () => {
    const stateless = name('session', { session: undefined });
    expect(name('session', { session: undefined, grant: 'g2' })).not.toBe(stateless);
    for (const session of ['', 'null', 'undefined', 'g1'])
      expect(name('session', { session })).not.toBe(stateless);
  });

  it('keeps any two different owners and names apart', () => {
    const text = fc.oneof(
      fc.constantFrom('', '"', '","', '\\', '\0', '\ud800', '\ud801', 'é', 'e\u0301', 'A', 'a', ' a'),
      fc.string({ unit: 'binary', maxLength: 4 }),
    );
    const parts = fc.tuple(text, text, text, text, text);
    const nameOf = ([organisation, server, grant, session, counter]: [
      string,
      string,
      string,
      string,
      string,
    ]): string => name('session', { organisation, server, grant, session }, { counter });
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        expect(nameOf(one) === nameOf(other)).toBe(one.every((part, i) => part === other[i]));
      }),
    );
  });

  it('is the JSON text of its parts', () => {
    const text = fc.oneof(
      fc.constantFrom('"', '\\', '\x1f', '\x7f', ' ~[]!#', '\ud800', 'é'),
      fc.string({ maxLength: 4 }),
    );
    fc.assert(
      fc.property(text, text, text, (organisation, grant, counter) => {
        const made = name('grant', { organisation, grant }, { counter });
        expect(made).toBe(JSON.stringify(['grant', organisation, 's1', grant, counter, 60]));
      }),
    );
  });

  it('contains nothing that a store would cut or merge', () => {
    expect(name('grant', { grant: 'a\0b\ud800' })).not.toMatch(/[\0\p{Surrogate}]/u);
  });
});

describe('readCounterName', () => {
  it('reads back whose counter it is, and what it counts', () => {
    const scopes = fc.constantFrom<LimitScope>('organisation', 'server', 'grant', 'session');
    const text = fc.oneof(fc.constantFrom('', '"', '","', '\\', '\0'), fc.string({ maxLength: 4 }));
    fc.assert(
      fc.property(scopes, text, text, fc.option(text, { nil: undefined }), (scope, id, counter, session) => {
        const changes = { organisation: id, server: `${id}1`, grant: `${id}2`, session };
        expect(readCounterName(name(scope, changes, { counter, windowSeconds: 3600 }))).toEqual({
          scope,
          organisation: id,
          server: scope === 'organisation' ? undefined : `${id}1`,
          grant: scope === 'grant' || scope === 'session' ? `${id}2` : undefined,
          counter,
          windowSeconds: 3600,
        });
      }),
    );
  });

  it.each([
    ['nothing', ''],
    ['no JSON', 'budget'],
    ['no list', '{"scope":"grant"}'],
    ['a claim', '["claim","state-1"]'],
    ['another scope', '["planet","o1","budget",60]'],
    ['an inherited name', '["constructor","o1","budget",60]'],
    ['an owner too few', '["server","o1","budget",60]'],
    ['an owner too many', '["organisation","o1","s1","budget",60]'],
    ['an owner that is no name', '["server","o1",7,"budget",60]'],
    ['a session that is no name', '["session","o1","s1","g1",{},"budget",60]'],
    ['no name', '["organisation","o1",null,60]'],
    ['a window that is none', '["organisation","o1","budget","60"]'],
    ['a window of nothing', '["organisation","o1","budget",0]'],
    ['a window that ends between seconds', '["organisation","o1","budget",0.5]'],
  ])('takes %s for no counter of a limit', (_what, text) => {
    expect(readCounterName(text)).toBeUndefined();
  });
});
