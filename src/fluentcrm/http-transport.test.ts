import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { apiPath, createApiClient } from './api-client.ts';
import { CrmFailure } from './api-errors.ts';
import { httpTransport } from './http-transport.ts';
import { ACCOUNTS, createSandbox, serveSandbox } from './sandbox/index.ts';

const PASSWORD = 'canary abcd efgh ijkl';
const closing: Array<() => void | Promise<void>> = [];

afterEach(async () => {
  await Promise.all(closing.splice(0).map(async (close) => close()));
});

/** A site that answers as told, and a client of it; `seen` counts the requests. */
async function site(answer: (response: ServerResponse, request: IncomingMessage, attempt: number) => void) {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    request.resume();
    seen.push(request);
    answer(response, request, seen.length);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  closing.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const lines: string[] = [];
  const transport = httpTransport({
    baseUrl: `http://127.0.0.1:${port}/wp-json/fluent-crm/v2`,
    credentials: { username: 'operator', password: PASSWORD },
    timeoutMs: 300,
    maxBytes: 1000,
  });
  return { api: createApiClient(transport, (line) => lines.push(line)), seen, lines };
}

async function failureOf(promise: Promise<unknown>): Promise<CrmFailure> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof CrmFailure) return error;
  throw new Error('expected a CrmFailure', { cause: error });
}

function text(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, headers);
  response.end(body);
}

describe('the API over HTTP', () => {
  it('sends Basic credentials, JSON and encoded parameters', async () => {
    const { api, seen } = await site((response) => text(response, 200, '{"a":1}'));
    expect(
      await api.get(apiPath`/subscribers`, [
        ['search', 'a&b=c#d'],
        ['tags[]', 1],
      ]),
    ).toEqual({ a: 1 });
    expect(seen[0]?.url).toBe('/wp-json/fluent-crm/v2/subscribers?search=a%26b%3Dc%23d&tags%5B%5D=1');
    expect(seen[0]?.headers.authorization).toBe(
      `Basic ${Buffer.from(`operator:${PASSWORD}`).toString('base64')}`,
    );
    await api.post(apiPath`/tags`, { title: 'x' });
    expect(seen[1]?.headers['content-type']).toBe('application/json');
  });

  it('follows no redirect', async () => {
    const { api, seen } = await site((response) =>
      text(response, 302, '', { location: 'http://127.0.0.1:9/stolen' }),
    );
    const failure = await failureOf(api.get(apiPath`/tags`));
    expect(failure).toMatchObject({ code: 'redirected', httpStatus: 302 });
    expect(failure.message).not.toContain('stolen');
    expect(seen).toHaveLength(1);
  });

  it('gives up on a GET after two attempts in time', async () => {
    const { api, seen } = await site(() => {});
    expect(await failureOf(api.get(apiPath`/tags`))).toMatchObject({ code: 'timeout', retryable: true });
    expect(seen).toHaveLength(2);
  });

  it('gives up on a body that does not end', async () => {
    const { api } = await site((response) => {
      response.writeHead(200);
      response.write('{');
    });
    expect((await failureOf(api.get(apiPath`/tags`))).code).toBe('timeout');
  });

  it('tries a GET once more when a gateway in between failed', async () => {
    const { api, seen } = await site((response, _request, attempt) =>
      attempt === 1 ? text(response, 503, '<html>') : text(response, 200, '{"ok":true}'),
    );
    expect(await api.get(apiPath`/tags`)).toEqual({ ok: true });
    expect(seen).toHaveLength(2);
  });

  it('does not repeat a failure of the CRM', async () => {
    const { api, seen } = await site((response) => text(response, 500, '<html>'));
    await failureOf(api.get(apiPath`/tags`));
    expect(seen).toHaveLength(1);
  });

  it.each(['post', 'put', 'delete'] as const)('never repeats a %s', async (method) => {
    const { api, seen } = await site((_response, request) => request.socket.destroy());
    expect(await failureOf(api[method](apiPath`/campaigns/${3}`, {}))).toMatchObject({ code: 'unreachable' });
    expect(seen).toHaveLength(1);
  });

  it('refuses an answer that is too large', async () => {
    const { api } = await site((response) => text(response, 200, `"${'x'.repeat(2000)}"`));
    expect((await failureOf(api.get(apiPath`/tags`))).code).toBe('too_large');
  });

  it('refuses an answer that is not JSON', async () => {
    const { api } = await site((response) => text(response, 200, '<html>Log in</html>'));
    const failure = await failureOf(api.get(apiPath`/tags`));
    expect(failure.code).toBe('unexpected_answer');
    expect(failure.message).not.toContain('Log in');
  });

  it('keeps the password out of failures and log lines', async () => {
    const answers = [401, 403, 404, 422, 423, 500, 502, 301];
    const { api, lines } = await site((response, request, attempt) =>
      text(
        response,
        answers[attempt % answers.length] ?? 500,
        `{"message":"${request.headers.authorization}"}`,
      ),
    );
    const failures: CrmFailure[] = [];
    for (const _ of answers) failures.push(await failureOf(api.post(apiPath`/tags`, {})));
    const encoded = Buffer.from(`operator:${PASSWORD}`).toString('base64');
    // The one answer whose message is passed on is the refusal (422), and what the site puts there is its own affair.
    const ours = failures
      .filter(({ code }) => code !== 'rejected')
      .map(({ message, facts }) => ({ message, facts }));
    expect(JSON.stringify([ours, lines])).not.toContain(encoded);
    expect(JSON.stringify([failures, lines])).not.toContain('canary');
  });

  it('says that a site cannot be reached', async () => {
    const transport = httpTransport({
      baseUrl: 'http://127.0.0.1:1',
      credentials: { username: 'operator', password: PASSWORD },
    });
    const failure = await failureOf(createApiClient(transport).get(apiPath`/tags`));
    expect(failure).toMatchObject({ code: 'unreachable', retryable: true });
    expect(failure.message).not.toContain('canary');
  });
});

describe('the API over HTTP against the look-alike', () => {
  async function open(credentials: { username: string; password: string }) {
    const service = await serveSandbox(createSandbox());
    closing.push(async () => service.close());
    return createApiClient(httpTransport({ baseUrl: `${service.url}/wp-json/fluent-crm/v2`, credentials }));
  }

  it.each([
    { user: ACCOUNTS.administrator, read: undefined, pause: undefined, remove: undefined },
    { user: ACCOUNTS.operator, read: undefined, pause: undefined, remove: 'forbidden' },
    { user: ACCOUNTS.reader, read: undefined, pause: 'forbidden', remove: 'forbidden' },
    { user: ACCOUNTS.nobody, read: 'forbidden', pause: 'forbidden', remove: 'forbidden' },
    {
      user: { username: 'administrator', password: 'wrong', role: 'none' },
      read: 'unauthenticated',
      pause: 'unauthenticated',
      remove: 'unauthenticated',
    },
  ])('$user.username ($user.role) may do what that role may', async ({ user, read, pause, remove }) => {
    const api = await open(user);
    const codeOf = async (promise: Promise<unknown>) =>
      promise.then(
        () => undefined,
        (error: unknown) => (error instanceof CrmFailure ? error.code : 'bug'),
      );
    expect(await codeOf(api.get(apiPath`/campaigns/${3}`))).toBe(read);
    expect(await codeOf(api.post(apiPath`/campaigns/${3}/pause`))).toBe(pause);
    expect(await codeOf(api.delete(apiPath`/campaigns/${3}`))).toBe(remove);
  });
});

describe('a path of the API', () => {
  it.each([0, -1, 1.5, Number.NaN, 2 ** 60, '3' as unknown as number, '../x' as unknown as number])(
    'cannot be made with the id %s',
    (id) => {
      expect(() => apiPath`/campaigns/${id}`).toThrow(TypeError);
    },
  );
});
