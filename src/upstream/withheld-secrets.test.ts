import { describe, expect, it } from 'vitest';
import type { SseEvent } from '#mcp';
import type { AnswerSink, Upstream, UpstreamRequest } from './upstream.ts';
import { secretsAmong, withholdSecrets } from './withheld-secrets.ts';

const KEY = 'sk-live-2a5f"1c\\9';
const REQUEST = { verb: 'POST' } as UpstreamRequest;

/** What an agent reads of a server that answers with this. */
function answered(
  answer: (sink: AnswerSink) => void,
  secrets: readonly string[] = [KEY],
): { readonly bodies: Uint8Array[]; readonly events: SseEvent[] } {
  const bodies: Uint8Array[] = [];
  const events: SseEvent[] = [];
  const server = {
    exchange: (_: UpstreamRequest, sink: AnswerSink) => answer(sink),
  } as unknown as Upstream;
  withholdSecrets(server, () => secrets).exchange(REQUEST, {
    onAnswer: (_, body) => void bodies.push(body),
    onStream() {},
    onEvent: (event) => void events.push(event),
    onEnd() {},
    onFailure() {},
  });
  return { bodies, events };
}
const read = (bodies: readonly Uint8Array[]): unknown => JSON.parse(Buffer.from(bodies[0] ?? []).toString());

describe('a secret that only the server may know', () => {
  it('is read in no answer of the server, as it is or in JSON quoted in JSON', () => {
    const said = { error: { message: `No such key: ${KEY}`, data: JSON.stringify({ sent: KEY }) } };
    const { bodies } = answered((sink) => sink.onAnswer({ status: 401 }, Buffer.from(JSON.stringify(said))));
    expect(read(bodies)).toEqual({
      error: {
        message: 'No such key: [withheld by the gateway]',
        data: '{"sent":"[withheld by the gateway]"}',
      },
    });
  });

  it('is read in no event of a stream', () => {
    const { events } = answered((sink) =>
      sink.onEvent({ id: '1', data: JSON.stringify([KEY, KEY]), hasData: true }),
    );
    expect(events).toEqual([
      { id: '1', data: '["[withheld by the gateway]","[withheld by the gateway]"]', hasData: true },
    ]);
  });

  it('is found whole where another is its beginning', () => {
    const secrets = ['abcdefgh', 'abcdefgh-ijkl'];
    const { bodies } = answered(
      (sink) => sink.onAnswer({ status: 200 }, Buffer.from('"abcdefgh-ijkl abcdefgh"')),
      secrets,
    );
    expect(read(bodies)).toBe('[withheld by the gateway] [withheld by the gateway]');
  });

  it('leaves every other answer as it came, byte by byte', () => {
    const body = Buffer.from([0x22, 0xff, 0x22]);
    const event = { data: '{"a":1}', hasData: true };
    const { bodies, events } = answered((sink) => {
      sink.onAnswer({ status: 200 }, body);
      sink.onEvent(event);
    });
    expect(bodies[0]).toBe(body);
    expect(events[0]).toBe(event);
  });
});

describe('secrets', () => {
  it('are the values that are named like one', () => {
    const values = {
      Authorization: 'Bearer token-of-a-server',
      'X-Api-Key': 'key-of-a-server',
      FLUENTCRM_APP_PASSWORD: 'abcd efgh ijkl mnop',
      'X-Tenant': 'acme-production',
      'X-Author': 'somebody-else',
      KEYBOARD: 'us-international',
      FLUENTCRM_URL: 'https://crm.example.com',
      DEBUG_TOKENS: '1',
      DATABASE_PASSWORD: 'password',
    };
    expect(secretsAmong(Object.entries(values))).toEqual([
      'token-of-a-server',
      'key-of-a-server',
      'abcd efgh ijkl mnop',
    ]);
  });

  it('are a login as it is sent, and the password in it', () => {
    const login = Buffer.from('ada:correct horse').toString('base64');
    expect(secretsAmong([['authorization', `Basic ${login}`]])).toEqual([login, 'correct horse']);
  });
});
