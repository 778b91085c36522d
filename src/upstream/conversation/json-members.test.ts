import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { membersOf, replaceSpans } from './json-members.ts';

describe('membersOf', () => {
  it('finds every member’s value as it is written', () => {
    const text = ' { "a" : 1.50 , "b":"x\\"},\\\\" ,"\\u0063":{"d":[1,{"e":"]"}]},"f":[ ],"g":null}';
    const members = membersOf(text, 1);
    const written = [...(members ?? [])].map(([name, { start, end }]) => [name, text.slice(start, end)]);
    expect(written).toEqual([
      ['a', '1.50'],
      ['b', '"x\\"},\\\\"'],
      ['c', '{"d":[1,{"e":"]"}]}'],
      ['f', '[ ]'],
      ['g', 'null'],
    ]);
  });

  it.each(['{"id":1,"id":2}', '{"id":1,"\\u0069d":2}', '[{"id":1}]', '"{"', ''])('refuses %s', (text) => {
    expect(membersOf(text, 0)).toBeUndefined();
  });

  it('lets one member of any object be replaced and nothing else change', () => {
    const object = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(object, fc.constantFrom(0, 2), fc.jsonValue(), (value, indent, instead) => {
        const text = JSON.stringify(value, null, indent);
        const members = membersOf(text, 0);
        expect([...(members?.keys() ?? [])].toSorted()).toEqual(Object.keys(value).toSorted());
        for (const [name, span] of members ?? []) {
          const changed: unknown = JSON.parse(
            replaceSpans(text, [{ ...span, text: JSON.stringify(instead) }]),
          );
          const expected: unknown = JSON.parse(
            JSON.stringify(
              Object.fromEntries(
                Object.entries(value).map(([key, own]) => [key, key === name ? instead : own]),
              ),
            ),
          );
          expect(changed).toEqual(expected);
        }
      }),
    );
  });
});
