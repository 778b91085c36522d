import { describe, expect, it } from 'vitest';
import { Command, TOOLGATE } from '../support/command.ts';

describe('output that nobody reads to its end', () => {
  it.each([['--help'], ['policy', 'schema']])('is no fault: toolgate %s', async (...args) => {
    const command = new Command(TOOLGATE, args);
    command.child.stdout?.destroy();
    expect(await command.ended).toBe(0);
    expect(command.stderr).toBe('');
  });
});
