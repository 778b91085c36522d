import { describe, expect, it } from 'vitest';
import { escapeForDisplay, isPlainToolName } from './names.ts';

describe('isPlainToolName', () => {
  it.each(['a', 'fluentcrm_pause_campaign', 'A.b-c_9', '__proto__', 'x'.repeat(128)])(
    'accepts %s',
    (name) => {
      expect(isPlainToolName(name)).toBe(true);
    },
  );

  it.each(['', 'x'.repeat(129), 'a b', 'a\n', 'a\0', 'a/b', 'żółw', 'еcho', 'a\u200b'])(
    'refuses %j',
    (name) => {
      expect(isPlainToolName(name)).toBe(false);
    },
  );
});

describe('escapeForDisplay', () => {
  it.each([
    ['run_report', 'run_report'],
    ['a "b" <c>', 'a "b" <c>'],
    ['a\\b', 'a\\\\b'],
    ['a\0\n\u001b[31m', 'a\\u{0}\\u{a}\\u{1b}[31m'],
    ['\u202egnp.exe', '\\u{202e}gnp.exe'],
    ['еcho', '\\u{435}cho'],
    ['😀', '\\u{1f600}'],
    ['\ud83d', '\\u{d83d}'],
    ['\\u{0}', '\\\\u{0}'],
  ])('shows %j as %s', (text, shown) => {
    expect(escapeForDisplay(text)).toBe(shown);
  });

  it('cuts long texts', () => {
    expect(escapeForDisplay('x'.repeat(256))).toBe('x'.repeat(256));
    expect(escapeForDisplay('x'.repeat(1000))).toBe(`${'x'.repeat(256)}…`);
  });
});
