import { describe, expect, it } from 'vitest';
import { RISK_CATEGORIES } from '../category.ts';
import type { SignalKind } from '../signals.ts';
import { attacksFor, type AttackSurface } from './attacks-for.ts';

const slugsFor = (surface: AttackSurface) => attacksFor(surface).map(({ slug }) => slug);

const SIGNALS: readonly SignalKind[] = [
  'file_path',
  'url',
  'sql',
  'code',
  'credentials',
  'money',
  'recipients',
  'bulk',
  'force',
  'free_form',
  'dry_run',
  'choice_of_action',
];

describe('the attacks that abuse a tool', () => {
  it.each([
    [
      'read',
      ['indirect-prompt-injection', 'data-exfiltration-via-tool-chaining', 'credential-leak-via-errors'],
    ],
    ['write', ['runaway-tool-loops', 'indirect-prompt-injection', 'confused-deputy']],
    ['execute', ['indirect-prompt-injection', 'destructive-action-autonomy', 'runaway-tool-loops']],
    ['destructive', ['destructive-action-autonomy', 'indirect-prompt-injection', 'confused-deputy']],
    ['financial', ['indirect-prompt-injection', 'runaway-tool-loops', 'confused-deputy']],
  ] as const)('by its class alone: %s', (category, slugs) => {
    expect(slugsFor({ category, signals: [] })).toEqual(slugs);
  });

  it('of unknown class are those of a tool that executes', () => {
    for (const signals of [[], ['sql'], ['recipients', 'force']] as const) {
      expect(slugsFor({ category: 'unknown', signals })).toEqual(slugsFor({ category: 'execute', signals }));
    }
  });

  it('begin with those that its parameters serve', () => {
    expect(slugsFor({ category: 'read', signals: ['file_path'] })[0]).toBe(
      'data-exfiltration-via-tool-chaining',
    );
    expect(slugsFor({ category: 'read', signals: ['credentials'] })[0]).toBe('credential-leak-via-errors');
    expect(slugsFor({ category: 'execute', signals: ['sql', 'force'] })[0]).toBe(
      'destructive-action-autonomy',
    );
  });

  it('grow by those that its parameters make possible', () => {
    const mail: AttackSurface = { category: 'write', signals: ['recipients'] };
    expect(slugsFor({ ...mail, signals: [] })).not.toContain('data-exfiltration-via-tool-chaining');
    expect(slugsFor(mail)).toContain('data-exfiltration-via-tool-chaining');
  });

  it('leave out those that do not act through its class, whatever its parameters', () => {
    expect(slugsFor({ category: 'read', signals: ['sql', 'force', 'bulk'] })).not.toContain(
      'destructive-action-autonomy',
    );
  });

  it('begin with tool poisoning where the definition hides characters', () => {
    expect(slugsFor({ category: 'read', signals: ['url'], hasHiddenText: true })[0]).toBe('tool-poisoning');
  });

  it('are two to four, each once, and all act through its class', () => {
    for (const category of [...RISK_CATEGORIES, 'unknown'] as const) {
      for (const one of SIGNALS) {
        for (const other of SIGNALS) {
          for (const hasHiddenText of [false, true]) {
            const attacks = attacksFor({ category, signals: [one, other], hasHiddenText });
            expect(attacks.length).toBeGreaterThanOrEqual(2);
            expect(attacks.length).toBeLessThanOrEqual(4);
            expect(new Set(attacks).size).toBe(attacks.length);
            const governing = category === 'unknown' ? 'execute' : category;
            for (const { slug, categories } of attacks)
              expect(categories === 'all' || categories.includes(governing), slug).toBe(true);
          }
        }
      }
    }
  });
});
