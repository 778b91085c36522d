import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const built = resolve(import.meta.dirname, '../../dist/node');
const scripts = readdirSync(built).filter((name) => name.endsWith('.js'));

describe('what runs on Node', () => {
  it.each(scripts)('%s is ASCII: else V8 keeps two bytes for each of its characters', (name) => {
    expect(/[^\0-\x7f]/.exec(readFileSync(join(built, name), 'utf8'))).toBeNull();
  });

  it('is the commands, and a file for every room', () => {
    expect(scripts).toEqual(
      expect.arrayContaining(['main.js', 'policy.js', 'gateway.js', 'fluentcrm-main.js']),
    );
  });
});
