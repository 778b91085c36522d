import type { Diary } from './diary.ts';

/** Secrets in places where they do not belong, as people and scripts put them. */
export async function makeMistakes(diary: Diary, server: string): Promise<void> {
  const typed = diary.secret('typed into the wrong place');
  const connection = { kind: 'streamable-http', url: `http://user:${typed}@127.0.0.1:9/` };
  const bodies: readonly unknown[] = [
    { name: 'x', connection },
    {
      name: 'x',
      connection: {
        kind: 'streamable-http',
        url: 'http://127.0.0.1:9/',
        headers: { 'x-key': `${typed}\n` },
      },
    },
    { name: 'x', connection: { kind: typed } },
    { connection: typed, password: typed },
    [typed],
    typed,
  ];
  for (const body of bodies) {
    await diary.ask('POST', '/api/v1/servers', { body });
    await diary.ask('POST', '/api/v1/servers/check', { body });
    await diary.ask('POST', '/api/auth/sign-in/email', { body });
    await diary.ask('PATCH', `/api/v1/servers/${server}`, { body });
  }
  const headers = { 'idempotency-key': typed };
  await diary.ask('POST', '/api/v1/grants', { body: { server: 'none', label: 'x' }, headers });
  await diary.ask('POST', '/api/v1/servers', { text: `{"password": "${typed}` });
  for (const path of [
    '/api/v1/servers',
    '/api/v1/logs',
    '/mcp/declared/',
    '/api/auth/get-session',
    '/metrics',
    '/',
  ])
    await diary.ask('GET', `${path}?token=${typed}`);
  for (const authorization of [`Bearer ${typed}`, `Basic ${Buffer.from(`x:${typed}`).toString('base64')}`]) {
    await diary.ask('GET', '/api/v1/servers', { headers: { authorization } });
    const body = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
    await diary.ask('POST', `/mcp/${server}/`, { body, headers: { authorization } });
  }
  await diary.ask('GET', '/api/v1/me', { headers: { cookie: `toolgate.session_token=${typed}` } });
  await diary.ask('GET', `/api/v1/oauth/callback?state=${typed}&code=${typed}`);
  const unreachable = `http://127.0.0.1:9/${typed}?key=${typed}`;
  await diary.get('POST', '/servers/check', {
    body: { connection: { kind: 'streamable-http', url: unreachable } },
  });
}

/** Every path that gives something, for everything that it can be asked about. */
export async function readEverything(diary: Diary): Promise<void> {
  const document = await diary.ask('GET', '/api/openapi.json');
  const { paths } = JSON.parse(document.text) as { paths: Record<string, object> };
  const idsOf = async (path: string): Promise<readonly string[]> =>
    (await diary.get<{ items: { id: string }[] }>('GET', path)).items.map(({ id }) => id);
  const ids: Readonly<Record<string, readonly string[]>> = {
    server: await idsOf('/servers'),
    grant: await idsOf('/grants'),
    record: await idsOf('/logs'),
    webhook: await idsOf('/webhooks'),
    policy: ['main', 'open'],
    version: ['1'],
    approval: [],
  };
  for (const [path, methods] of Object.entries(paths)) {
    if (!('get' in methods) || path === '/logs/follow') continue;
    for (const one of filledIn(path, ids)) await diary.ask('GET', `/api/v1${one}`);
  }
  for (const path of ['/metrics', '/healthz', '/readyz', '/app/', '/', '/api/auth/get-session'])
    await diary.ask('GET', path);
}

function filledIn(path: string, ids: Readonly<Record<string, readonly string[]>>): readonly string[] {
  const [, name] = /\{(\w+)\}/.exec(path) ?? [];
  if (name === undefined) return [path];
  return (ids[name] ?? []).flatMap((id) => filledIn(path.replace(`{${name}}`, encodeURIComponent(id)), ids));
}
