import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { resolveDataDir } from './data-dir.ts';

describe('resolveDataDir', () => {
  it.each([
    ['the option', '/option', { TOOLGATE_DATA: '/environment' }, '/option'],
    ['the environment', undefined, { TOOLGATE_DATA: '/environment' }, '/environment'],
    ['the environment over an empty option', '', { TOOLGATE_DATA: '/environment' }, '/environment'],
    ['the default', undefined, {}, resolve('data')],
    ['the default over an empty environment', undefined, { TOOLGATE_DATA: '' }, resolve('data')],
    ['an absolute path of a relative one', 'my/data', {}, resolve('my/data')],
  ])('takes %s', (_name, option, environment, expected) => {
    expect(resolveDataDir(option, environment)).toBe(expected);
  });
});
