import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoredRecord } from '#store';
import { formatRecord } from './format.ts';

const AT = Date.parse('2026-11-22T15:44:31.250Z');

function record(changes: Partial<StoredRecord> = {}): StoredRecord {
  return {
    id: 'dec_1',
    at: AT,
    requestId: '7',
    server: 'fluentcrm',
    grantId: 'grant_1',
    grantLabel: 'newsletter',
    method: 'tools/call',
    tool: 'fluentcrm_pause_campaign',
    revision: '2025-11-25',
    transport: 'http',
    policy: 'main',
    policyVersion: '3',
    outcome: 'allow',
    enforced: true,
    rule: '/tools/fluentcrm_pause_campaign',
    message: '',
    argumentKeys: [],
    ending: undefined,
    ...changes,
  };
}

const start = '2026-11-22T15:44:31.250Z  ';

describe('formatRecord', () => {
  it.each<[string, Partial<StoredRecord>, string]>([
    [
      'an allowed call that ended',
      { ending: { result: 'ok', upstreamStatus: 200, latencyMs: 42.4, quotaReturned: false } },
      'allow    fluentcrm  fluentcrm_pause_campaign  newsletter  /tools/fluentcrm_pause_campaign  ok 200 42 ms',
    ],
    [
      'a call that never reached its server',
      { ending: { result: 'unreachable', upstreamStatus: undefined, latencyMs: 1.26, quotaReturned: true } },
      'allow    fluentcrm  fluentcrm_pause_campaign  newsletter  /tools/fluentcrm_pause_campaign  unreachable 1.3 ms (quota returned)',
    ],
    [
      'a denial with its message',
      { outcome: 'deny', rule: '(default deny)', message: 'No rule allows "this".' },
      'deny     fluentcrm  fluentcrm_pause_campaign  newsletter  "(default deny)"  "No rule allows \\"this\\"."',
    ],
    [
      'a denial that was only observed',
      { outcome: 'deny', enforced: false, rule: '/arguments' },
      'deny     fluentcrm  fluentcrm_pause_campaign  newsletter  /arguments  (observed)',
    ],
    [
      'a request without a tool, and a label with spaces',
      {
        outcome: 'refused',
        tool: undefined,
        method: 'resources/read',
        grantLabel: 'my agent',
        rule: '(method)',
      },
      'refused  fluentcrm  resources/read  "my agent"  (method)',
    ],
  ])('writes %s', (_name, changes, expected) => {
    expect(formatRecord(record(changes))).toBe(start + expected);
  });

  it.each([
    ['forge a line', 'x\n2026-11-22T15:44:31.250Z  allow'],
    ['colour the terminal', '\u001b[2J\u009b31m'],
    ['turn the reading direction', '\u202Ewolla'],
    ['close its quotes', 'x" "/tools/other" "'],
    ['keep its quotes open', 'x \\'],
  ])('does not let an agent %s', (_name, tool) => {
    const line = formatRecord(record({ tool }));
    expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    const fields = line.slice(start.length).match(/"(?:\\.|[^"\\])*"|\S+/g);
    expect(fields?.slice(3)).toEqual(['newsletter', '/tools/fluentcrm_pause_campaign']);
  });

  it('stays one short line with the same number of fields, whatever the texts are', () => {
    const text = fc.string({
      unit: fc.oneof(
        fc.constantFrom(' ', '"', '\\'),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      ),
      maxLength: 200,
    });
    fc.assert(
      fc.property(text, text, text, text, (server, tool, grantLabel, rule) => {
        const line = formatRecord(record({ server, tool, grantLabel, rule }));
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        expect(line.length).toBeLessThan(800);
        expect(line.slice(start.length).match(/"(?:\\.|[^"\\])*"|\S+/g)).toHaveLength(5);
      }),
    );
  });
});
