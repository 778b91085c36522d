import { afterEach, describe, expect, it } from 'vitest';
import { ACCOUNTS } from './account.ts';
import { differences } from './answer-shape.suite.ts';
import { restContract } from './rest-contract.suite.ts';
import { createSandbox } from './sandbox.ts';
import { serveSandbox } from './serve.ts';

const closing: Array<() => Promise<void>> = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map(async (close) => close()));
});

restContract('in the process', async () => {
  const sandbox = createSandbox();
  return async ({ method, path, body, as }) => {
    const [bare = '', query = ''] = path.split('?');
    return sandbox({
      method,
      path: bare,
      query: [...new URLSearchParams(query)],
      body,
      credentials: as === null ? null : ACCOUNTS[as],
    });
  };
});

restContract('over HTTP', async () => {
  const service = await serveSandbox(createSandbox());
  closing.push(async () => service.close());
  return async ({ method, path, body, as }) => {
    const headers = new Headers({ 'content-type': 'application/json' });
    if (as !== null) {
      const { username, password } = ACCOUNTS[as];
      headers.set('authorization', `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`);
    }
    const response = await fetch(`${service.url}/wp-json/fluent-crm/v2${path}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return {
      status: response.status,
      contentType: response.headers.get('content-type') ?? '',
      body: await response.text(),
    };
  };
});

describe('the comparison of answers with shapes', () => {
  const shape = { id: '<integer>', rows: [{ at: '<time>', n: '<digits>' }], gone: null, text: 'exact' };
  const fits = {
    id: 1,
    rows: [{ at: '2026-11-02 09:00:00', n: '20' }],
    gone: null,
    text: 'exact',
    __bench: 0.1,
  };

  it('accepts what fits', () => {
    expect(differences(fits, shape)).toEqual([]);
  });

  it.each([
    { ...fits, id: '1' },
    { ...fits, rows: [{ at: '2026-11-02T09:00:00Z', n: '20' }] },
    { ...fits, rows: [{ at: '2026-11-02 09:00:00', n: 20 }] },
    { ...fits, rows: {} },
    { ...fits, gone: undefined },
    { ...fits, text: 'other' },
    { ...fits, more: 1 },
    { id: 1 },
    null,
  ])('finds a difference in case %#', (value) => {
    expect(differences(value, shape)).not.toEqual([]);
  });
});
