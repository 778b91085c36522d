import { describe, expect, it } from 'vitest';
import { readCandidates } from './candidates.ts';

describe('readCandidates', () => {
  it('reads packages with what is known of their start', () => {
    const table = [
      'name\tversion\tbins\trepo\thint',
      '@scope/mcp\t1.2.3\tmcp\towner/name\targs: --dir "/path to"; env: API_KEY API_URL',
      'plain\t2.0.0-beta.1\t\t\t',
    ].join('\n');
    expect(readCandidates(table)).toEqual([
      {
        name: '@scope/mcp',
        version: '1.2.3',
        repository: 'owner/name',
        arguments: ['--dir', '/path', 'to'],
        environment: ['API_KEY', 'API_URL'],
      },
      { name: 'plain', version: '2.0.0-beta.1', arguments: [], environment: [] },
    ]);
  });

  it.each([
    ['has no column of versions', 'name\nplain', /no columns/],
    ['names a path', 'name\tversion\n../x\t1.0.0', /name no package/],
    ['names an option', 'name\tversion\n--registry=x\t1.0.0', /name no package/],
    ['names a range', 'name\tversion\nplain\t^1.0.0', /name no package/],
  ])('refuses a table that %s', (_, table, message) => {
    expect(() => readCandidates(table)).toThrow(message);
  });
});
