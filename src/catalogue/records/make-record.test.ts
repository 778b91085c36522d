import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listTools } from '#fluentcrm';
import type { ScannedTool } from '../scan/scan.ts';
import { recordText } from './record-files.ts';
import { recordOf, tool } from './made-up-record.suite.ts';

describe('a record', () => {
  const record = recordOf(listTools('pl') as unknown as ScannedTool[]);
  const pause = record.tools.find(({ name }) => name === 'fluentcrm_pause_campaign');

  it('holds the facts of a tool and the words that decided its class', () => {
    expect(pause).toMatchObject({
      slug: 'fluentcrm-pause-campaign',
      category: 'write',
      evidence: [
        { source: 'description', quote: 'Wstrzymuje kampanię', translation: 'pauses a campaign' },
        { source: 'name', quote: 'pause' },
        { source: 'title', quote: 'Wstrzymaj kampanię' },
        { source: 'description', quote: 'Wstrzymać można tylko kampanię' },
      ],
      reversibleBy: 'fluentcrm_resume_campaign',
      parameters: [{ name: 'campaignId', required: true }],
      language: 'pl',
    });
    expect(pause?.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(pause?.tokens).toBeGreaterThan(20);
  });

  it('quotes at most eight words in a row, of the longest description too', () => {
    const words = Array.from({ length: 60 }, (_, i) => `word${i}`).join(' ');
    const long = recordOf([tool('delete_thing', { description: `Deletes the thing and ${words}` })]);
    for (const { quote } of long.tools[0]?.evidence ?? [])
      expect(quote.split(/\s+/).length).toBeLessThanOrEqual(8);
    expect(JSON.stringify(long)).not.toContain('word9');
  });

  it('names each tool once, as the gateway does, with a path of its own', () => {
    const record = recordOf([tool('get.A'), tool('get_a'), tool('get.A', { description: 'Deletes all' })]);
    expect(record.tools.map(({ name }) => name)).toEqual(['get.A', 'get_a']);
    expect(new Set(record.tools.map(({ slug }) => slug)).size).toBe(2);
  });

  it('says the types of parameters in words', () => {
    const properties = {
      a: { type: 'string' },
      b: { type: 'array', items: { type: 'integer' } },
      c: { enum: ['x'] },
      d: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      e: { $ref: '#/x' },
      f: true,
    };
    const [only] = recordOf([tool('x', { inputSchema: { properties, required: ['a'] } })]).tools;
    expect(only?.parameters.map(({ name, type, required }) => [name, type, required === true])).toEqual([
      ['a', 'string', true],
      ['b', 'array of integer', false],
      ['c', 'choice', false],
      ['d', 'string or null', false],
      ['e', 'any', false],
      ['f', 'any', false],
    ]);
  });

  it('is made of whatever a server writes', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            name: fc.string({ unit: 'binary' }),
            description: fc.string({ unit: 'binary', maxLength: 300 }),
            inputSchema: fc.jsonValue(),
            annotations: fc.jsonValue(),
          }),
          { maxLength: 4 },
        ),
        (tools) => {
          const record = recordOf(tools as unknown as ScannedTool[]);
          expect(JSON.parse(recordText(record))).toEqual(JSON.parse(JSON.stringify(record)));
          for (const entry of record.tools) expect(entry.slug).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)*$/);
        },
      ),
      { numRuns: 60 },
    );
  });
});
