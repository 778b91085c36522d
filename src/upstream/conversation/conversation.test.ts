import { describe, expect, it } from 'vitest';
import { silentLog } from '#platform';
import type { UpstreamFailure } from '../upstream.ts';
import { Conversation } from './conversation.ts';

const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
const line = (text: string): Buffer => Buffer.from(text);

describe('a server that nests its messages without end', () => {
  it('in what it logs or reports disturbs nobody', () => {
    const conversation = new Conversation({ send: () => true }, silentLog, () => {});
    for (const [method, params] of [
      ['notifications/message', `{"data":${deep}}`],
      ['notifications/progress', `{"progressToken":1,"data":${deep}}`],
    ]) {
      const receiver = {
        onAnswer: () => {},
        onProgress: (given: object) => void JSON.stringify(given),
        onFailure: () => {},
      };
      conversation.call(() => '', receiver);
      const text = `{"jsonrpc":"2.0","method":"${method}","params":${params}}`;
      expect(() => conversation.receive(line(text))).not.toThrow();
    }
  });

  it('in an answer costs its caller a failure', () => {
    const conversation = new Conversation({ send: () => true }, silentLog, () => {});
    const failures: UpstreamFailure[] = [];
    const receiver = {
      onAnswer: ({ result }: { result: unknown }) => void JSON.stringify(result),
      onProgress: () => {},
      onFailure: (failure: UpstreamFailure) => void failures.push(failure),
    };
    conversation.call(() => '', receiver);
    conversation.receive(line(`{"jsonrpc":"2.0","id":1,"result":{"content":${deep}}}`));
    expect(failures).toMatchObject([{ kind: 'broken', reached: true }]);
  });
});
