import { createRequire } from 'node:module';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { call, fixtureUpstream, request } from '../../../test/fixtures/stdio/probe.ts';

const require = createRequire(import.meta.url);
const entryOf = (name: string): string =>
  join(dirname(require.resolve(`@modelcontextprotocol/${name}/package.json`)), 'dist/index.js');

it.each(['legacy', 'modern'] as const)('carries a %s client to server-everything', async (era) => {
  const server = fixtureUpstream('', [], { args: [entryOf('server-everything'), 'stdio'] });
  const tools = await server.tools();
  expect(tools.has('echo')).toBe(true);
  const listed = await request(server, 'list', 'tools/list', {}, { era }).done;
  expect((listed.result['tools'] as readonly { name: string }[]).map((tool) => tool.name)).toEqual([
    ...tools.keys(),
  ]);
  expect((await call(server, 'echo', { message: 'zażółć 🦆' }, { era })).text).toBe('Echo: zażółć 🦆');

  const long = request(
    server,
    7,
    'tools/call',
    {
      name: 'trigger-long-running-operation',
      arguments: { duration: 0.2, steps: 4 },
      _meta: { progressToken: 'mine' },
    },
    { era },
  );
  await long.done;
  expect(long.events).toHaveLength(5);
  expect(long.events[0]).toMatchObject({ params: { progressToken: 'mine', progress: 1, total: 4 } });
  expect(long.message['id']).toBe(7);
  expect((await request(server, 8, 'prompts/list', {}, { era }).done).result['prompts']).toBeInstanceOf(
    Array,
  );
  await server.close();
});

it('carries a call to server-filesystem', async () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'served-')));
  writeFileSync(join(folder, 'note.txt'), 'a note');
  const server = fixtureUpstream('', [], { args: [entryOf('server-filesystem'), folder] });
  expect((await server.tools()).has('read_text_file')).toBe(true);
  expect((await call(server, 'read_text_file', { path: join(folder, 'note.txt') })).text).toBe('a note');
  const refused = await call(server, 'read_text_file', { path: '/etc/hostname' });
  expect(refused.result['isError']).toBe(true);
  await server.close();
  rmSync(folder, { recursive: true });
});
