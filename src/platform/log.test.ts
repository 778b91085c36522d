import { describe, expect, it } from 'vitest';
import { newGrantToken } from './ids.ts';
import { createLog } from './log.ts';
import { hideInLogs } from './secrets.ts';

function recording(): { log: ReturnType<typeof createLog>; text: () => string; last: () => unknown } {
  const lines: string[] = [];
  const log = createLog('debug', { write: (line: string) => void lines.push(line) });
  return { log, text: () => lines.join(''), last: () => JSON.parse(lines.at(-1) ?? '') as unknown };
}

describe('a log line', () => {
  it('hides members that hold credentials or contents', () => {
    const { log, text, last } = recording();
    const request = { headers: { authorization: 'secret-1' }, body: 'secret-2', path: '/mcp' };
    log.info(
      { request, authorization: 'secret-3', deep: { down: { arguments: { a: 'secret-4' } } } },
      'sent',
    );
    expect(text()).not.toMatch(/secret-\d/);
    expect(last()).toMatchObject({ request: { path: '/mcp' }, msg: 'sent' });
  });

  it.each(['err', 'error', 'whatever'])('keeps of an error under %s only what says what happened', (name) => {
    const { log, text, last } = recording();
    const inner = Object.assign(new Error('socket hang up'), { code: 'UND_ERR', headers: ['x', 'secret-1'] });
    const outer = Object.assign(new Error('fetch failed', { cause: inner }), {
      request: { headers: 'secret-2' },
      code: { value: 'secret-3' },
    });
    log.warn({ [name]: outer }, 'failed');
    expect(text()).not.toMatch(/secret-\d/);
    expect(last()).toMatchObject({
      [name]: { message: 'fetch failed', cause: { message: 'socket hang up', code: 'UND_ERR' } },
    });
  });

  it('ends a chain of causes, also one that bites its tail', () => {
    const { log, text } = recording();
    const error = new Error('round and round');
    error.cause = error;
    log.warn({ err: error }, 'failed');
    expect(text().split('round and round').length).toBeLessThan(12);
    log.warn({ err: { headers: 'secret-1' } }, 'thrown, but no error');
    log.warn({ url: new URL('http://a/?k=secret-1'), bytes: Buffer.from('secret-1') }, 'odd things');
    log.error(Object.assign(new Error('bare'), { headers: 'secret-1' }));
    expect(text()).not.toContain('secret-1');
    expect(text()).toContain('bare');
  });

  it('hides what has the shape of a secret', () => {
    const { log, text } = recording();
    const token = newGrantToken();
    const session = 'tgs1.WyIyMDI1LTExLTI1IiwidXAiXQ.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
    log.info({ tool: token, note: `id ${session}` }, `authorization: bearer abcdefghij0123456789`);
    for (const secret of [token, session, 'abcdefghij0123456789']) expect(text()).not.toContain(secret);
  });

  it('hides what it was told to, however it is quoted, and stays JSON', () => {
    const { log, text, last } = recording();
    const secret = 'qu"ote\\back/slash+(regex)$^';
    hideInLogs(`Bearer ${secret}`);
    log.info({ quoted: JSON.stringify({ secret }) }, `plain ${secret} end`);
    expect(text()).not.toContain('back');
    expect(last()).toMatchObject({ quoted: '{"secret":"[hidden]"}', msg: 'plain [hidden] end' });
  });

  it('leaves short values alone', () => {
    const { log, last } = recording();
    for (const value of ['1', 'true', 'debug', '']) hideInLogs(value);
    log.info('true: 1 of 1 lines at debug');
    expect(last()).toMatchObject({ msg: 'true: 1 of 1 lines at debug' });
  });
});
