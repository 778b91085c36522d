import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { listTools } from '#fluentcrm';
import { FLUENTCRM, ROOT, run, throwAwayFolder, TOOLGATE } from '../support/command.ts';
import { startHttpServer } from '../../src/catalogue/scan/http-server.suite.ts';

const folder = throwAwayFolder();
const toolgate = (...args: string[]) => run(TOOLGATE, args, { cwd: folder });
const COMMAND = ['--', process.execPath, FLUENTCRM, '--sandbox'];

describe('toolgate scan', () => {
  it('prints the tools of a command, the most dangerous first', async () => {
    const { code, stdout, stderr } = await toolgate('scan', ...COMMAND);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [head = '', ...lines] = stdout.trimEnd().split('\n');
    expect(head).toMatch(
      /^fluentcrm-mcp \S+: 36 tools \(5 Destructive, 1 Execute, 15 Write, 15 Read\), MCP 2026-07-28$/,
    );
    expect(lines).toHaveLength(36);
    expect(lines[0]).toMatch(/ {2}Destructive {2}Critical {2}/);
    expect(lines.at(-1)).toMatch(/ {2}Read {9}Low /);
  });

  it('prints with --json what classify prints, inside server, version and era', async () => {
    const { stdout } = await toolgate('scan', '--json', ...COMMAND);
    const scanned = JSON.parse(stdout) as { tools: { name: string }[] };
    expect(scanned).toMatchObject({
      server: 'fluentcrm-mcp',
      version: expect.any(String) as string,
      era: 'modern',
    });
    const rows = listTools('en').map((tool) => JSON.stringify({ server: 'x', ...tool }));
    writeFileSync(join(folder, 'rows.jsonl'), rows.join('\n'));
    const classified = await run(
      '-e',
      [
        `process.argv = [process.argv[0], 'toolgate', 'classify']; process.exitCode = 0;
       const { spawnSync } = require('node:child_process');
       const { readFileSync } = require('node:fs');
       process.stdout.write(spawnSync(process.execPath, [${JSON.stringify(TOOLGATE)}, 'classify'], { input: readFileSync('rows.jsonl') }).stdout);`,
      ],
      { cwd: folder },
    );
    expect(scanned.tools).toEqual(
      classified.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    );
  });

  it('writes a policy with every tool that passes lint against the server, and the reasons beside it', async () => {
    const { code, stderr } = await toolgate('scan', '--policy', 'crm.json', ...COMMAND);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: 'The policy is in crm.json, the reasons are in crm.md.\n',
    });
    const policy = JSON.parse(readFileSync(join(folder, 'crm.json'), 'utf8')) as {
      hide: string[];
      tools: object;
    };
    expect([...policy.hide, ...Object.keys(policy.tools)].toSorted()).toEqual(
      listTools('en')
        .map(({ name }) => name)
        .toSorted(),
    );
    const lint = await toolgate('policy', 'lint', 'crm.json', ...COMMAND);
    expect(lint.code).toBe(0);
    const reasons = readFileSync(join(folder, 'crm.md'), 'utf8');
    expect(reasons).toContain('| fluentcrm\\_pause\\_campaign | Write | ');
    expect(reasons.match(/^\| fluentcrm/gm)).toHaveLength(36);
  });

  it('reads a server at an address with its credential', async () => {
    const server = await startHttpServer('Bearer secret-token');
    try {
      const asked = await toolgate(
        'scan',
        '--url',
        server.url,
        '--header',
        'Authorization: Bearer secret-token',
        '--json',
      );
      expect(JSON.parse(asked.stdout)).toMatchObject({ server: 'over-http', tools: [{ name: 'report' }] });
      const refused = await toolgate('scan', '--url', server.url);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toMatch(/^toolgate: 127\.0\.0\.1:\d+ gave no list of tools: .*\(refused\)\n$/);
    } finally {
      await server.close();
    }
  });

  it('reads every server of a client configuration, and says which did not answer', async () => {
    writeFileSync(
      join(folder, 'mcp.json'),
      `{ // as clients keep it
        "mcpServers": {
          "crm": { "command": ${JSON.stringify(process.execPath)}, "args": [${JSON.stringify(FLUENTCRM)}, "--sandbox"], "env": { "FLUENTCRM_LANG": "pl" } },
          "gone": { "command": "no-such-command" },
        } }`,
    );
    const { code, stdout, stderr } = await toolgate(
      'scan',
      '--config',
      'mcp.json',
      '--json',
      '--policy',
      'policies',
    );
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      servers: [
        { server: 'crm', era: 'modern' },
        { server: 'gone', error: { reason: 'unreachable' } },
      ],
    });
    expect(stderr).toContain('toolgate: gone gave no list of tools');
    expect(readdirSync(join(folder, 'policies')).toSorted()).toEqual(['crm.json', 'crm.md']);
  });

  it('shows what a hostile server wrote as text, and names no tool of a policy by it', async () => {
    const hostile = join(folder, 'hostile.mjs');
    const tools = [
      {
        name: 'a|b*_`<img src=x>`',
        description: '\u001b[2J\u202eDeletes \n| everything |',
        inputSchema: { type: 'object' },
      },
      { name: '__proto__', description: 'Lists things', inputSchema: { type: 'object' } },
    ];
    writeFileSync(
      hostile,
      `process.stdin.on('data', (chunk) => { for (const line of String(chunk).split('\\n').filter(Boolean)) {
        const { id, method, params } = JSON.parse(line); if (id === undefined) continue;
        const result = method === 'initialize' ? { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: 'evil\\u001b[31m', version: '1' } }
          : method === 'tools/list' ? { tools: ${JSON.stringify(tools)} } : undefined;
        console.log(JSON.stringify({ jsonrpc: '2.0', id, ...(result ? { result } : { error: { code: -32601, message: 'x' } }) })); } });`,
    );
    const { stdout } = await toolgate('scan', '--policy', 'evil.json', '--', process.execPath, hostile);
    expect(stdout).not.toMatch(/[\u001b\u202e]/);
    const reasons = readFileSync(join(folder, 'evil.md'), 'utf8');
    expect(reasons).not.toMatch(/[\u001b\u202e]|(?<!\\)<img/);
    expect(reasons.split('\n').filter((line) => line.startsWith('| '))).toHaveLength(3);
    expect(JSON.parse(readFileSync(join(folder, 'evil.json'), 'utf8'))).toEqual(
      JSON.parse('{"version":"1","default":"deny","tools":{"__proto__":{}}}'),
    );
  });

  it.each([
    ['nothing to scan', ['scan'], 'Name what to scan, once'],
    ['two things to scan', ['scan', '--npm', 'x', '--url', 'http://127.0.0.1/'], 'Name what to scan, once'],
    ['no address', ['scan', '--url', 'nowhere'], '"nowhere" is no address'],
    ['no time', ['scan', '--timeout', 'soon', '--npm', 'x'], '--timeout soon is no time'],
    ['a file that is no configuration', ['scan', '--config', 'rows.jsonl'], 'holds no servers of a client'],
    ['a file that is not there', ['scan', '--config', 'nowhere.json'], 'Cannot read nowhere.json'],
  ])('tells what is wrong with %s', async (_, args, message) => {
    const { code, stderr } = await toolgate(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(message);
  });
});

describe('toolgate catalogue', () => {
  const scans = join(folder, 'data/catalogue/scans');
  const scan = (name: string, tools: readonly object[], more: object = {}): void => {
    mkdirSync(scans, { recursive: true });
    const outcome = { answered: true, era: 'legacy', revision: '2025-11-25', tools };
    writeFileSync(
      join(scans, `${name}.json`),
      JSON.stringify({
        name,
        version: '1.0.0',
        scannedAt: '2026-01-02T00:00:00.000Z',
        how: { by: 'npm' },
        outcome,
        ...more,
      }),
    );
  };
  const build = () => toolgate('catalogue', 'build', '--records', 'records', '--data', 'data');

  it('makes records of what answered, lists what did not, and notes what changes', async () => {
    scan('notes', [{ name: 'delete_note', description: 'Deletes a note for good.', inputSchema: {} }]);
    scan('gone', [], { outcome: { answered: false, reason: 'exited', detail: 'the server ended: no key' } });
    const first = await build();
    expect({ code: first.code, stdout: first.stdout }).toEqual({
      code: 0,
      stdout: '2 servers with 37 tools, 1 without an answer, 2 changes.\n',
    });
    expect((await build()).stdout).toContain('0 changes');
    scan('notes', [{ name: 'list_notes', description: 'Lists notes.', inputSchema: {} }], {
      version: '1.1.0',
      scannedAt: '2026-02-03T00:00:00.000Z',
    });
    expect((await build()).stdout).toContain('2 changes');
    const exported = await toolgate('catalogue', 'export', '--records', 'records');
    const records = exported.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(records).toMatchObject([
      { slug: 'fluentcrm-mcp', how: { by: 'bundled' } },
      {
        slug: 'notes',
        version: '1.1.0',
        earlier: [{ version: '1.0.0' }],
        tools: [{ name: 'list_notes', category: 'read' }],
      },
    ]);
    expect(exported.stdout).not.toContain('Lists notes. ');
  });

  it('builds the index that pages read', async () => {
    const { code, stdout } = await toolgate(
      'catalogue',
      'index',
      '--records',
      'records',
      '--out',
      'index.db',
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: '2 servers with 37 tools: index.db\n' });
  });

  it('says which line of the candidates is wrong', async () => {
    writeFileSync(join(folder, 'bad.tsv'), 'name\tversion\ngood\t1.0.0\n../evil\t1.0.0\nx\tlatest; rm -rf\n');
    const { code, stderr } = await toolgate(
      'catalogue',
      'build',
      '--candidates',
      'bad.tsv',
      '--records',
      'r2',
      '--data',
      'd2',
    );
    expect(code).toBe(2);
    expect(stderr).toMatch(/line 3: .*\n.*line 4: /);
  });

  it('ships records of which every one can be read', () => {
    const servers = join(ROOT, 'catalogue/servers');
    const files = readdirSync(servers, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.json'),
    );
    expect(files.length).toBeGreaterThanOrEqual(1_000);
    let tools = 0;
    for (const file of files) {
      const record = JSON.parse(readFileSync(join(servers, file), 'utf8')) as {
        slug: string;
        tools: { evidence: { quote: string }[] }[];
      };
      expect(file.endsWith(`/${record.slug}.json`)).toBe(true);
      tools += record.tools.length;
      for (const { evidence } of record.tools)
        for (const { quote } of evidence)
          if ((quote.match(/\S*[\p{L}\p{N}]\S*/gu) ?? []).length > 8) throw new Error(`${file}: ${quote}`);
    }
    expect(tools).toBeGreaterThanOrEqual(10_000);
  });
});
