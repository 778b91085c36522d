import { describe, expect, it } from 'vitest';
import { CLIENTS, clientBlocks, endpointOf, type ClientName } from './client-blocks.ts';

const ACCESS = { id: 'crm-k3v9qa', url: 'https://gate.example.com/mcp/crm-k3v9qa/', token: 'tg_token' };

function textFor(client: ClientName, access = ACCESS): string {
  return clientBlocks(access).find((block) => block.client === client)?.text ?? '';
}

describe('blocks for clients', () => {
  it('stands under the origin of the page', () => {
    expect(endpointOf('http://127.0.0.1:8750', '/mcp/crm/')).toBe('http://127.0.0.1:8750/mcp/crm/');
  });

  it('holds address and token for every client', () => {
    for (const client of CLIENTS) {
      expect(textFor(client)).toContain(ACCESS.url);
      expect(textFor(client)).toContain('Bearer tg_token');
    }
  });

  it.each(['Claude Desktop', 'Cursor', 'VS Code', 'Windsurf', 'Gemini CLI'] as const)(
    'is JSON for %s',
    (client) => {
      expect(() => JSON.parse(textFor(client)) as unknown).not.toThrow();
    },
  );

  it('keeps the token out of the arguments that Claude Desktop starts', () => {
    const { mcpServers } = JSON.parse(textFor('Claude Desktop')) as {
      mcpServers: Record<string, { args: string[]; env: Record<string, string> }>;
    };
    expect(mcpServers[ACCESS.id]?.args.join(' ')).not.toContain('tg_token');
    expect(mcpServers[ACCESS.id]?.args).not.toContain('--allow-http');
  });

  it('allows plain HTTP where the address has it, for mcp-remote allows it on this machine alone', () => {
    const elsewhere = { ...ACCESS, url: 'http://gate.internal:8750/mcp/crm/' };
    expect(textFor('Claude Desktop', elsewhere)).toContain('--allow-http');
    expect(textFor('Claude Desktop', { ...ACCESS, url: 'http://127.0.0.1:8750/mcp/crm/' })).not.toContain(
      '--allow-http',
    );
  });

  it('is one command for Claude Code', () => {
    expect(textFor('Claude Code')).toBe(
      'claude mcp add --scope user --transport http crm-k3v9qa https://gate.example.com/mcp/crm-k3v9qa/ \\\n' +
        '  --header "Authorization: Bearer tg_token"',
    );
  });
});
