import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { parseStrict, type JsonLimits } from '#mcp';
import { membersOf, skipSpace } from '../../../src/upstream/conversation/json-members.ts';
import { asBytes, bytesOf, MESSAGES, mutated, noise } from '../generators.ts';
import { isCarriedExactly, jsonFacts } from '../json-facts.ts';
import { defineTarget } from '../target.ts';

const WIDE = { maxDepth: 64, maxNodes: 200_000, maxKeyLength: 4_096 };
const NARROW = { maxDepth: 3, maxNodes: 12, maxKeyLength: 6 };

const fragments = fc.array(
  fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"a"',
    '"\\u0061"',
    '"b":',
    '"__proto__"',
    '"\\ud83d\\ude00"',
    '"\\ud83d"',
    '1',
    '-0',
    '1.50',
    '1e2',
    '0.1e-7',
    '12345678901234567890',
    '1e400',
    '5e-324',
    '0e999999999',
    'null',
    'true',
    ' ',
    '\n',
    '"x\\"y"',
    '"\\\\"',
    '"\\/"',
    '"',
  ),
  { maxLength: 24 },
);

/** Reads as a browser would, and then by the facts alone. */
function expected(bytes: Buffer, limits: Required<JsonLimits>): { value: unknown } | undefined {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const facts = jsonFacts(text);
  const isSound =
    !facts.hasDuplicate &&
    !facts.hasHalfPair &&
    facts.depth <= limits.maxDepth &&
    facts.values <= limits.maxNodes &&
    facts.longestName <= limits.maxKeyLength;
  return isSound ? { value } : undefined;
}

export const strictJson = defineTarget({
  name: 'strict-json',
  promise:
    'parseStrict accepts exactly what JSON.parse reads and no two readers read differently, and reports every number that a double does not carry',
  input: fc.oneof(
    asBytes(mutated(MESSAGES)),
    fragments.map((parts) => parts.join('')),
    fc.json({ maxDepth: 5 }).map((text) => Buffer.from(text).toString('latin1')),
    noise,
  ),
  check(characters) {
    const bytes = bytesOf(characters);
    for (const limits of [WIDE, NARROW]) {
      const read = parseStrict(bytes, limits);
      const oracle = expected(bytes, limits);
      if (read.ok !== (oracle !== undefined))
        throw new Error(read.ok ? 'accepted against the facts' : `refused: ${read.reason}`);
      if (!read.ok || oracle === undefined) continue;
      if (!isDeepStrictEqual(read.value, oracle.value)) throw new Error('another value than JSON.parse');
      const text = bytes.toString();
      const isExact = jsonFacts(text).numbers.every(isCarriedExactly);
      if ((read.lossy === undefined) !== isExact) throw new Error('wrong about lossy numbers');
      const members = membersOf(text, skipSpace(text, 0));
      for (const [name, { start, end }] of members ?? []) {
        const member = JSON.parse(text.slice(start, end)) as unknown;
        if (!isDeepStrictEqual(member, (read.value as Record<string, unknown>)[name]))
          throw new Error(`membersOf finds another ${name}`);
      }
    }
  },
});
