import { describe, expect, it } from 'vitest';
import { readyText, type ReadyGrant } from './ready-text.ts';

const BASE = 'http://127.0.0.1:8750';
const COMMANDS = {
  demo: undefined,
  logs: 'toolgate logs',
  pages: undefined,
  dashboard: undefined,
  setupCode: undefined,
};

function linesWith(grants: readonly ReadyGrant[]): readonly string[] {
  return readyText(BASE, [{ id: 'mail', url: `${BASE}/mcp/mail/`, grants }], COMMANDS).split('\n');
}

const minted = (count: number): ReadyGrant[] =>
  Array.from({ length: count }, (_, index) => ({ label: `agent-${index}`, token: undefined }));

describe('readyText', () => {
  it('names every grant of a small installation, with the token where that is at hand', () => {
    const lines = linesWith([{ label: 'laptop', token: 'tg_1' }, ...minted(1)]);
    expect(lines).toContain('    grant laptop: tg_1');
    expect(lines).toContain('    grant agent-0: (shown when it was minted)');
    expect(lines.join('\n')).not.toContain('more');
  });

  it('counts what it cannot say more of when there are thousands, and still shows the tokens at hand', () => {
    const lines = linesWith([...minted(10_000), { label: 'laptop', token: 'tg_1' }]);
    expect(lines.length).toBeLessThan(40);
    expect(lines).toContain('    and 9990 more');
    expect(lines).toContain('    grant laptop: tg_1');
    expect(lines.join('\n')).toContain('Bearer tg_1');
  });
});
