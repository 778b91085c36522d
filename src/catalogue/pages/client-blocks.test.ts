import { describe, expect, it } from 'vitest';
import { DESK, FORECAST, madeUpRecord } from '../fixtures.suite.ts';
import {
  gatewayBlocks,
  proxyCommandOf,
  serverId,
  shellLine,
  startCommandOf,
  stdioBlocks,
  wrapped,
  type ClientBlock,
  type StartCommand,
} from './client-blocks.ts';

function start(server: Parameters<typeof madeUpRecord>[0]): StartCommand {
  const found = startCommandOf(madeUpRecord(server));
  if (found === undefined) throw new Error('no start');
  return found;
}

function blockOf(blocks: readonly ClientBlock[], client: string): string {
  return blocks.find((block) => block.client === client)?.text ?? '';
}

describe('how a server of the catalogue is started', () => {
  it('is npx with the package at the version that was read', () => {
    expect(start(FORECAST)).toMatchObject({ command: 'npx', args: ['-y', 'forecast@0.3.0'] });
    expect(start(DESK)).toMatchObject({ command: 'npx', args: ['-y', '@example/desk@1.2.3'] });
  });

  it('names the command of a package that is not called like it', () => {
    expect(start({ ...DESK, bin: 'desk-server' }).args).toEqual([
      '-y',
      '--package=@example/desk@1.2.3',
      'desk-server',
    ]);
  });

  it('never doubles the sign of a scope', () => {
    const texts = [...stdioBlocks(start(DESK)), ...stdioBlocks(wrapped(start(DESK)))].map(({ text }) => text);
    expect(texts.join('\n')).not.toContain('@@');
  });

  it('gives the arguments that it was read with', () => {
    expect(start({ ...FORECAST, args: ['/data', '${HOME}'] }).args).toEqual([
      '-y',
      'forecast@0.3.0',
      '/data',
    ]);
  });

  it('is the command itself for what Toolgate brings', () => {
    expect(start({ ...FORECAST, by: 'bundled', bin: 'fluentcrm-mcp' })).toMatchObject({
      command: 'fluentcrm-mcp',
      args: [],
    });
  });

  it('is not known of a server that was asked at its address', () => {
    expect(startCommandOf(madeUpRecord({ ...FORECAST, by: 'url' }))).toBeUndefined();
  });
});

describe('blocks for clients', () => {
  const direct = stdioBlocks(start(DESK));
  const governed = stdioBlocks(wrapped(start(DESK)));

  it('are there for eight kinds of clients', () => {
    expect(direct.map(({ client }) => client)).toEqual([
      'Claude Desktop',
      'Claude Code',
      'Cursor',
      'VS Code',
      'Windsurf',
      'Codex',
      'Gemini CLI',
      'Other',
    ]);
  });

  it('are JSON where they say so', () => {
    for (const { language, text } of [...direct, ...governed, ...gatewayBlocks('example-desk')])
      if (language === 'json') expect(() => JSON.parse(text) as unknown).not.toThrow();
  });

  it('ask the user for the values of variables', () => {
    expect(JSON.parse(blockOf(direct, 'Cursor'))).toEqual({
      mcpServers: {
        'example-desk': {
          command: 'npx',
          args: ['-y', '@example/desk@1.2.3'],
          env: { DESK_API_KEY: 'YOUR_DESK_API_KEY', DESK_URL: 'YOUR_DESK_URL' },
        },
      },
    });
  });

  it('put toolgate wrap before the command, with what the command needs', () => {
    const { mcpServers } = JSON.parse(blockOf(governed, 'Claude Desktop')) as {
      mcpServers: Record<string, { command: string; args: string[] }>;
    };
    expect(mcpServers['example-desk']).toEqual({
      command: 'toolgate',
      args: [
        'wrap',
        '--policy',
        '/path/to/policy.json',
        '--env',
        'DESK_API_KEY=YOUR_DESK_API_KEY',
        '--env',
        'DESK_URL=YOUR_DESK_URL',
        '--',
        'npx',
        '-y',
        '@example/desk@1.2.3',
      ],
    });
  });

  it('are lines for a terminal where the client has a command', () => {
    expect(blockOf(stdioBlocks(start(FORECAST)), 'Claude Code')).toBe(
      'claude mcp add forecast -- npx -y forecast@0.3.0',
    );
    expect(proxyCommandOf(start(FORECAST))).toBe(
      'toolgate proxy --policy policy.json -- npx -y forecast@0.3.0',
    );
  });

  it('give the address of the gateway and a grant in place of the server', () => {
    expect(blockOf(gatewayBlocks('forecast'), 'VS Code')).toContain('http://127.0.0.1:8750/mcp/forecast/');
    expect(blockOf(gatewayBlocks('forecast'), 'Codex')).toContain('bearer_token_env_var');
  });
});

describe('names and words', () => {
  it('makes an id that the gateway takes', () => {
    expect(serverId(`${'a'.repeat(62)}-bcd`)).toBe('a'.repeat(62));
  });

  it('quotes words that a shell would take apart', () => {
    expect(shellLine(['echo', "it's", '$HOME', 'a b'])).toBe(`echo 'it'\\''s' '$HOME' 'a b'`);
  });
});
