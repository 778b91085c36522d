import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseStrict, parseStrictText, type StrictJson } from './strict-json.ts';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const parse = (text: string): StrictJson => parseStrict(encode(text));

function reasonOf(result: StrictJson): string {
  return result.ok ? `accepted ${JSON.stringify(result.value)}` : result.reason;
}

const anyJson = fc.jsonValue({ stringUnit: 'binary', maxDepth: 6 });
const blank = fc.string({ unit: fc.constantFrom(' ', '\t', '\n', '\r'), maxLength: 3 });

/** Writes a value with whitespace of the caller's choice between all tokens. */
function writeWith(value: unknown, space: () => string): string {
  if (Array.isArray(value)) {
    const elements = value.map((element) => `${space()}${writeWith(element, space)}${space()}`);
    return `[${elements.length === 0 ? space() : elements.join(',')}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(
      ([key, child]) =>
        `${space()}${JSON.stringify(key)}${space()}:${space()}${writeWith(child, space)}${space()}`,
    );
    return `{${members.length === 0 ? space() : members.join(',')}}`;
  }
  return JSON.stringify(value);
}

function jsonParse(bytes: Uint8Array): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)) };
  } catch {
    return undefined;
  }
}

describe('parseStrict', () => {
  it.each([
    'null',
    ' true ',
    '0',
    '""',
    '[]',
    '{}',
    '{"a":{"a":{"a":1}},"b":[{"a":1},{"a":2}]}',
    '{"a":":,{}[]\\"","b":"\\\\"}',
    '"\\ud83d\\ude00 \\u0000 \\/"',
    '{"A":1,"a":2}',
    '{"":1," ":2}',
    '[1,-1,0.5,1e5,1E-5,-0.25,123456789012345]',
  ])('accepts %s as JSON.parse does', (text) => {
    expect(parse(text)).toEqual({ ok: true, value: JSON.parse(text), lossy: undefined });
  });

  it.each([
    ['two members of one name', '{"name":"ok","x":1,"name":"evil"}', /twice/],
    ['the same name escaped', '{"name":"ok","na\\u006de":"evil"}', /twice/],
    ['the same name with an escaped surrogate pair', '{"😀":1,"\\ud83d\\ude00":2}', /twice/],
    ['a duplicate deep inside', '[[{"a":[{"b":1,"b":1}]}]]', /twice/],
    ['a duplicate inside a member that loses', '{"a":{"b":1,"b":2},"c":1}', /twice/],
    ['__proto__ twice', '{"__proto__":1,"__proto__":2}', /twice/],
    ['empty names twice', '{"":1,"":2}', /twice/],
    ['a half pair at the front', '"\\ud800"', /surrogate/],
    ['a half pair at the back', '"\\udc00"', /surrogate/],
    ['a pair the wrong way round', '"\\udc00\\ud800"', /surrogate/],
    ['a half pair before another escape', '"\\uD83D\\n"', /surrogate/],
    ['a half pair before a front half', '"\\ud83d\\ud83d\\ude00"', /surrogate/],
    ['a half pair in a name', '{"\\ud800":1}', /surrogate/],
    ['65 arrays inside one another', `${'['.repeat(65)}${']'.repeat(65)}`, /deeper than 64/],
    ['65 objects inside one another', `${'{"a":'.repeat(65)}1${'}'.repeat(65)}`, /deeper than 64/],
    ['a name of 4,097 characters', `{"${'k'.repeat(4097)}":1}`, /name is longer/],
    ['nothing', '', /not JSON/],
    ['a trailing comma', '[1,]', /not JSON/],
    ['a comment', '{}//', /not JSON/],
    ['single quotes', "{'a':1}", /not JSON/],
    ['a leading zero', '01', /not JSON/],
    ['a bare point', '1.', /not JSON/],
    ['NaN', 'NaN', /not JSON/],
    ['a control character in a string', '"\n"', /not JSON/],
    ['a bad escape', '"\\x41"', /not JSON/],
    ['an unfinished escape', '"\\', /not JSON/],
    ['an unfinished unicode escape', '"\\u12', /not JSON/],
    ['two documents', '{}{}', /not JSON/],
    ['no-break space between tokens', '[1,\u00a02]', /not JSON/],
    ['a byte order mark', '\ufeff{}', /byte order mark/],
  ])('refuses %s', (_, text, reason) => {
    expect(reasonOf(parse(text))).toMatch(reason);
  });

  it.each([
    ['a stray continuation byte', [0x22, 0x80, 0x22]],
    ['an overlong slash', [0x22, 0xc0, 0xaf, 0x22]],
    ['a surrogate as bytes', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['a cut sequence', [0x22, 0xe2, 0x82]],
    ['a code point above U+10FFFF', [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22]],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0x00, 0x7d, 0x00]],
  ])('refuses %s and reads the next text unharmed', (_, bytes) => {
    expect(reasonOf(parseStrict(Uint8Array.from(bytes)))).toMatch(/not UTF-8/);
    expect(parse('"ż"')).toMatchObject({ ok: true, value: 'ż' });
  });

  it('accepts 64 levels and a name of 4,096 characters', () => {
    expect(parse(`${'['.repeat(64)}${']'.repeat(64)}`).ok).toBe(true);
    expect(parse(`{"${'k'.repeat(4096)}":1}`).ok).toBe(true);
  });

  it.each(['[]', '{}', '{"a":[]}'])('does not add up the depth of siblings: %s', (piece) => {
    expect(parse(`[${`${piece},`.repeat(1000)}0]`).ok).toBe(true);
  });

  it('counts values, not names, against the cap', () => {
    const limits = { maxNodes: 4 };
    expect(parseStrict(encode('{"a":1,"b":[2]}'), limits).ok).toBe(true);
    expect(reasonOf(parseStrict(encode('{"a":1,"b":[2,3]}'), limits))).toMatch(/more than 4 values/);
    expect(reasonOf(parse(`[${'0,'.repeat(200_000)}0]`))).toMatch(/more than 200000 values/);
  });

  it.each(['[', '{"a":', '[{"a":'])('neither overflows nor lingers on a million times %s', (piece) => {
    expect(parseStrict(encode(piece.repeat(1_000_000))).ok).toBe(false);
    expect(parseStrict(encode(piece.repeat(1_000_000)), { maxDepth: 3_000_000 }).ok).toBe(false);
  });

  it('survives any depth that the caller allows', () => {
    const text = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    expect(parseStrict(encode(text), { maxDepth: 300_000, maxNodes: 300_000 }).ok).toBe(true);
  });

  it('keeps __proto__ as a member of its own and pollutes nothing', () => {
    const parsed = parse('{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}}}');
    if (!parsed.ok) throw new Error(parsed.reason);
    expect(Object.keys(parsed.value as object)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(parsed.value)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  });

  it('never quotes the document in its reasons', () => {
    for (const text of ['{"secret":1,"secret":2}', '{"secret" 1}', '"secret\\ud800"']) {
      expect(reasonOf(parse(text))).not.toContain('secret');
    }
  });

  it('reads back every JSON value as it was written', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const text = JSON.stringify(value);
        const parsed = parse(text);
        if (!parsed.ok) throw new Error(parsed.reason);
        expect(parsed.value).toEqual(JSON.parse(text));
        expect(JSON.stringify(parsed.value)).toBe(text);
        expect(parsed.lossy).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  it('does not care about whitespace between tokens', () => {
    fc.assert(
      fc.property(anyJson, fc.array(blank, { minLength: 1, maxLength: 40 }), (value, blanks) => {
        let turn = 0;
        const text = writeWith(value, () => blanks[turn++ % blanks.length] ?? '');
        expect(parse(text)).toEqual(parse(JSON.stringify(value)));
      }),
      { numRuns: 300 },
    );
  });

  it('refuses every document with a duplicate name, however it is escaped and nested', () => {
    const name = fc.string({ unit: 'binary', maxLength: 8 });
    fc.assert(
      fc.property(
        name,
        fc.array(fc.boolean(), { minLength: 1 }),
        fc.tuple(anyJson, anyJson, anyJson),
        fc.array(fc.boolean(), { maxLength: 20 }),
        (key, escapes, [first, between, second], nesting) => {
          const escaped = Array.from({ length: key.length }, (_, i) =>
            escapes[i % escapes.length] === true
              ? `\\u${key.charCodeAt(i).toString(16).padStart(4, '0')}`
              : undefined,
          );
          // Half of a pair cannot stand escaped beside its other half unescaped: escape all or none then.
          const isMixable = !/[\ud800-\udfff]/.test(key);
          const twin = isMixable
            ? escaped.map((piece, i) => piece ?? JSON.stringify(key[i]).slice(1, -1)).join('')
            : JSON.stringify(key).slice(1, -1);
          let text = `{${JSON.stringify(key)}:${JSON.stringify(first)},"other ${key.length}":${JSON.stringify(between)},"${twin}":${JSON.stringify(second)}}`;
          for (const isArray of nesting) text = isArray ? `[0,${text}]` : `{"in":${text},"out":null}`;
          expect(() => JSON.parse(text) as unknown).not.toThrow();
          expect(reasonOf(parse(text))).toMatch(/twice/);
        },
      ),
      { numRuns: 500 },
    );
  });

  describe('on hostile bytes', () => {
    const check = (bytes: Uint8Array): void => {
      const parsed = parseStrict(bytes);
      const plain = jsonParse(bytes);
      if (parsed.ok) expect(plain).toEqual({ value: parsed.value });
      else if (/not JSON|not UTF-8|byte order/.test(parsed.reason)) expect(plain).toBeUndefined();
    };

    it('never throws, and accepts only what JSON.parse accepts, with an equal value', () => {
      fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), check), { numRuns: 500 });
    });

    it('holds on texts made of JSON tokens', () => {
      const pieces = fc.constantFrom(
        ...'{}[],:"\\ \n-+.eE019atfnul\u00e9'.split(''),
        '"a"',
        '"b":',
        'true',
        'null',
        '\\u0061',
        '\\ud83d',
        '\\ude00',
        '1e400',
      );
      fc.assert(
        fc.property(fc.array(pieces, { maxLength: 24 }), (parts) => check(encode(parts.join('')))),
        {
          numRuns: 3000,
        },
      );
    });

    it('holds on valid documents with damaged bytes', () => {
      const edit = fc.tuple(fc.nat(), fc.nat({ max: 255 }), fc.constantFrom(0, 1));
      fc.assert(
        fc.property(anyJson, fc.array(edit, { maxLength: 3 }), (value, edits) => {
          const bytes = [...encode(JSON.stringify(value))];
          for (const [at, byte, removed] of edits) bytes.splice(at % (bytes.length + 1), removed, byte);
          check(Uint8Array.from(bytes));
        }),
        { numRuns: 1000 },
      );
    });

    it('accepts exactly what JSON.parse accepts among all short texts', () => {
      const alphabet = '{}[]",:1-a\\ ';
      let texts = [''];
      for (let length = 0; length < 4; length++) {
        texts = texts.flatMap((text) => alphabet.split('').map((letter) => text + letter));
        const wrong = texts.filter((text) => parse(text).ok !== (jsonParse(encode(text)) !== undefined));
        expect(wrong).toEqual([]);
      }
    });
  });
});

describe('parseStrict on numbers that a double cannot carry', () => {
  const lossyOf = (text: string) => {
    const parsed = parse(text);
    if (!parsed.ok) throw new Error(parsed.reason);
    return parsed.lossy;
  };

  it('accepts them and says where they are', () => {
    const text =
      '{"id":1e400,"params":{"arguments":{"a/b":[1,9007199254740993],"~":-0},"_meta":{"n":[{"x":1e-400}]}}}';
    expect(lossyOf(text)).toEqual({
      pointers: ['/id', '/params/arguments/a~1b/1', '/params/arguments/~0', '/params/_meta/n/0/x'],
      inId: true,
      inArguments: true,
      elsewhere: true,
    });
  });

  it.each([
    ['{"params":{"arguments":9007199254740993}}', { inArguments: true, elsewhere: false, inId: false }],
    [
      '{"params":{"arguments\\u0000":9007199254740993}}',
      { inArguments: false, elsewhere: true, inId: false },
    ],
    [
      '{"params":{"\\u0061rguments":[[9007199254740993]]}}',
      { inArguments: true, elsewhere: false, inId: false },
    ],
    ['{"x":{"params":{"arguments":-0}}}', { inArguments: false, elsewhere: true, inId: false }],
    ['{"params":[{"arguments":-0}]}', { inArguments: false, elsewhere: true, inId: false }],
    ['{"id":[-0]}', { inArguments: false, elsewhere: true, inId: false }],
    ['[-0]', { inArguments: false, elsewhere: true, inId: false }],
    ['{"params":{"id":-0}}', { inArguments: false, elsewhere: true, inId: false }],
    ['{"a":"\\"{[,:","id":-0}', { inArguments: false, elsewhere: true, inId: true }],
  ])('places %s', (text, places) => {
    expect(lossyOf(text)).toMatchObject(places);
  });

  it('lists at most 16 places, yet still knows of those beyond', () => {
    const many = `[${'9007199254740993,'.repeat(40)}1]`;
    const lossy = lossyOf(`{"params":{"x":${many},"arguments":{"a":-0}},"id":-0}`);
    expect(lossy?.pointers).toHaveLength(16);
    expect(lossy).toMatchObject({ inId: true, inArguments: true, elsewhere: true });
  });

  it('is quiet about numbers inside strings', () => {
    expect(lossyOf('{"a":"9007199254740993","-0":"-0 1e400"}')).toBeUndefined();
  });

  it('points at exactly the lossy numbers of any document', () => {
    const lossyNumbers = fc.constantFrom(
      '9007199254740993',
      '-0',
      '1e400',
      '-1e-400',
      '0.1000000000000000001',
    );
    const fineNumbers = fc.constantFrom('0', '1', '-1.5', '9007199254740992', '1e21', '0.1');
    const numbers = fc.array(fc.oneof(lossyNumbers, fineNumbers), { maxLength: 12 });
    fc.assert(
      fc.property(numbers, fc.string({ unit: 'binary', maxLength: 5 }), (tokens, key) => {
        const lossy = lossyOf(`{${JSON.stringify(key)}:[${tokens.join(',')}]}`);
        const step = key.replaceAll('~', '~0').replaceAll('/', '~1');
        const expected = tokens.flatMap((token, i) =>
          ['0', '1', '-1.5', '9007199254740992', '1e21', '0.1'].includes(token) ? [] : [`/${step}/${i}`],
        );
        expect(lossy?.pointers ?? []).toEqual(expected);
      }),
    );
  });
});

describe('parseStrictText', () => {
  it('judges decoded text as the bytes would be judged', () => {
    const texts = ['{"a":1}', '{"a":1,"a":2}', '\ufeff{}', '"ż😀"', '[1,]', '[-0]'];
    for (const text of texts) expect(parseStrictText(text)).toEqual(parse(text));
  });

  it.each(['"\ud800"', '"\udc00x"', '{"\ud83d":1}'])('refuses a raw half pair', (text) => {
    expect(reasonOf(parseStrictText(text))).toMatch(/surrogate/);
  });

  it('agrees with parseStrict on any value', () => {
    fc.assert(
      fc.property(anyJson, (value) => {
        const text = JSON.stringify(value);
        const parsed = parseStrictText(text);
        expect(parsed).toEqual(parse(text));
        expect(parsed.ok).toBe(true);
      }),
    );
  });
});
