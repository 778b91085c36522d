import { effectOfPolicy, validatePolicy } from '#policy';
import { afterAll, describe, expect, it, test } from 'vitest';
import { DESK, FORECAST, openMadeUpCatalogue, type MadeUpServer } from '../fixtures.suite.ts';
import { checkStack, type StackReport } from './check-stack.ts';
import { readServerBlock } from './server-block.ts';
import { serverPolicyOf } from './server-policy.ts';

const COMES_ALONG: MadeUpServer = { ...FORECAST, slug: 'weather-mcp', name: 'weather-mcp', by: 'bundled' };

const catalogue = await openMadeUpCatalogue([DESK, FORECAST, COMES_ALONG]);
afterAll(() => catalogue.close());

async function checked(servers: object): Promise<StackReport> {
  const { servers: configured, problems } = readServerBlock(JSON.stringify({ mcpServers: servers }));
  expect(problems).toEqual([]);
  return checkStack(configured, catalogue.index);
}

const npx = (...args: readonly string[]): object => ({ command: 'npx', args: ['-y', ...args] });

describe('what the servers of a configuration could do', () => {
  it('is told by class, most dangerous tools first, with a policy', async () => {
    const { servers, toolCount, counts } = await checked({ desk: npx('@example/desk@1.2.3') });
    expect(toolCount).toBe(6);
    expect(counts).toEqual({ read: 1, write: 1, execute: 1, destructive: 1, financial: 1, unknown: 1 });
    expect(servers[0]).toMatchObject({ name: 'desk', packageName: '@example/desk', packageVersion: '1.2.3' });
    const finding = servers[0]?.finding;
    if (finding?.status !== 'known') throw new Error('not found');
    expect(finding.mostDangerous.map(({ tool }) => tool.category)).toEqual([
      'financial',
      'destructive',
      'execute',
      'unknown',
      'write',
    ]);
    expect(finding.policy.policy.hide).toEqual(['delete_note']);
    expect(finding.readVersion).toBeUndefined();
  });

  it('is added up over the servers that are known', async () => {
    const { toolCount, byStatus } = await checked({
      desk: npx('@example/desk'),
      forecast: npx('forecast'),
      silent: npx('silent-server'),
      other: npx('nobody-knows-it'),
      far: { url: 'https://user:top-secret@mcp.example.com:8443/sse?key=top-secret' },
    });
    expect(toolCount).toBe(7);
    expect(byStatus).toEqual({ known: 2, unanswered: 1, unknown: 1, remote: 1 });
  });

  test.each([
    ['@example/desk@1.2.3', undefined],
    ['@example/desk@2', '1.2.3'],
    ['@example/desk', '1.2.3'],
  ])('%s: read in version %s', async (spec, readVersion) => {
    const { servers } = await checked({ desk: npx(spec) });
    const finding = servers[0]?.finding;
    expect(finding?.status === 'known' && finding.readVersion).toBe(readVersion);
  });

  it('is not guessed from a name that is only alike', async () => {
    const { servers } = await checked({
      slug: npx('example-desk'),
      installed: { command: 'forecast' },
      scoped: npx('@other/forecast'),
    });
    expect(servers.map(({ finding }) => finding.status)).toEqual(['unknown', 'unknown', 'unknown']);
  });

  it('is known of a server that comes with Toolgate, by its command', async () => {
    const { servers } = await checked({ weather: { command: '/usr/local/bin/weather-mcp' } });
    expect(servers[0]?.finding.status).toBe('known');
  });

  it('shows no argument, no value and no address', async () => {
    const report = await checked({
      far: { url: 'https://user:top-secret@mcp.example.com/sse?key=top-secret' },
      desk: {
        command: 'npx',
        args: ['--token', 'top-secret', '@example/desk', '--key=top-secret'],
        env: { KEY: 'top-secret' },
      },
      tagged: npx('@example/desk@npm:top-secret'),
    });
    expect(JSON.stringify(report)).not.toContain('top-secret');
    expect(report.servers[0]?.host).toBe('mcp.example.com');
  });
});

describe('the policy for a whole server', () => {
  const tools = [
    ...DESK.tools.map(({ name }, index) => ({
      name,
      category:
        (['read', 'write', 'execute', 'destructive', 'financial', 'unknown'] as const)[index] ?? 'read',
    })),
    { name: '__proto__', category: 'write' as const },
    { name: 'star_*', category: 'read' as const },
    { name: 'n'.repeat(300), category: 'write' as const },
  ];

  it('does to every tool what is said of its group', () => {
    const { policy, effects } = serverPolicyOf(tools);
    const read = validatePolicy(policy);
    if (!read.ok) throw new Error('not valid');
    const counts = new Map<string, number>();
    for (const { name } of tools) {
      const effect = effectOfPolicy(read.document, name);
      counts.set(effect, (counts.get(effect) ?? 0) + 1);
    }
    expect(new Map(effects.map(({ effect, tools: count }) => [effect, count]))).toEqual(counts);
  });

  it('is made quickly for thousands of tools', () => {
    const many = Array.from({ length: 5000 }, (_, i) => ({ name: `tool_${i}`, category: 'write' as const }));
    const started = performance.now();
    expect(serverPolicyOf(many).effects).toEqual([
      { effect: 'allowed, at most 30 a minute per grant', tools: 5000 },
    ]);
    expect(performance.now() - started).toBeLessThan(3_000);
  });
});
