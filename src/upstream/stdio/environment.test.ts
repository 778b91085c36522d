import { expect, it } from 'vitest';
import { childEnvironment } from './environment.ts';

it('passes a short list and the configured variables, which win', () => {
  const own = {
    PATH: '/bin',
    LC_ALL: 'C',
    HOME: '/h',
    TOOLGATE_KEY: 's',
    AWS_SECRET: 's',
    Path: 'x',
    BASH_ENV: '/evil',
  };
  expect(childEnvironment({ HOME: '/other', TOKEN: 't' }, own, 'linux')).toEqual({
    PATH: '/bin',
    LC_ALL: 'C',
    HOME: '/other',
    TOKEN: 't',
  });
});

it('knows the names that a program on Windows needs, in any case', () => {
  const own = { Path: 'C:\\bin', SystemRoot: 'C:\\Windows', 'ProgramFiles(x86)': 'C:\\p', SECRET: 's' };
  expect(childEnvironment({}, own, 'win32')).toEqual({
    Path: 'C:\\bin',
    SystemRoot: 'C:\\Windows',
    'ProgramFiles(x86)': 'C:\\p',
  });
});
