// The control plane as a script sees it: everything here goes through the API of a running gateway.
//
//   toolgate serve --data an-empty-folder
//   node examples/control-plane.mjs [http://127.0.0.1:8750]
//
// It makes the first account of that gateway, registers the FluentCRM server (its sandbox), writes policies, and calls as an
// agent. Every step is checked: the script ends with 1 at the first that is not as it should be.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

const [base = 'http://127.0.0.1:8750'] = process.argv.slice(2);
const PAUSE = 'fluentcrm_pause_campaign';
const RESUME = 'fluentcrm_resume_campaign';
const DENIED = '[POLICY DENIED]';
const HELD = '[APPROVAL REQUIRED]';
const DECISION = 'io.toolgate/decision';
const APPROVAL = 'io.toolgate/approval';
const FOLLOWS_MS = 2_000; // every process of a gateway follows within a second, unless the machine is very busy

/** One request to the API; what is not a success is thrown. */
async function api(method, path, body, headers = authorization) {
  const response = await fetch(new URL(`/api/v1${path}`, base), {
    method,
    headers: { ...headers, ...(body && { 'content-type': 'application/json' }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
  return { answer, headers: response.headers };
}
const get = async (path) => (await api('GET', path)).answer;
const post = async (path, body) => (await api('POST', path, body)).answer;

function step(text) {
  console.log(`\n${text}`);
}
function expect(isTrue, what) {
  if (!isTrue) throw new Error(`It is not so that ${what}.`);
  console.log(`  ✓ ${what}`);
}

let authorization = {};

step('1. Sign up: an account, and an organisation of its own');
const password = randomBytes(12).toString('base64url');
const account = { name: 'Ada', email: 'ada@example.com', password, organisation: 'Acme' };
const signedUp = await api('POST', '/sign-up', account);
console.log(`  ${account.email} with the password ${password} may sign in at ${base}/app/`);

step('2. An API key, with which a script goes on');
// a session is for browsers: requests that change something must say that they come from a page of this gateway
const session = { cookie: signedUp.headers.get('set-cookie').split(';')[0], origin: new URL(base).origin };
const scopes = ['servers', 'policies', 'grants'].flatMap((noun) => [`${noun}:read`, `${noun}:write`]);
const key = await api(
  'POST',
  '/api-keys',
  {
    label: 'walkthrough',
    scopes: [...scopes, 'approvals:read', 'approvals:decide', 'logs:read', 'audit:read'],
  },
  session,
);
authorization = { authorization: `Bearer ${key.answer.token}` };

step('3. Register the FluentCRM server, as the catalogue knows it');
const server = await post('/servers', { catalogue: 'fluentcrm-mcp', name: 'FluentCRM' });
expect(server.kind === 'stdio', `${server.id} is a stdio server`);
const { tools } = await post(`/servers/${server.id}/check`);
expect(tools === 36, `it answers, with ${tools} tools`);

step('4. A policy: pausing, thirty times a minute, and nothing else');
const policy = `/servers/${server.id}/policies/main`;
const seed = {
  version: '1',
  default: 'deny',
  tools: {
    [PAUSE]: { limits: [{ counter: `${PAUSE}_rate`, window: 'minute', max: 30, scope: 'grant' }] },
  },
};
const { answer: draft } = await api('PUT', `${policy}/draft`, { document: seed });
expect(draft.check.valid && draft.check.findings.length === 0, 'the draft has no faults');
const first = await post(`${policy}/publish`, { note: 'Pausing only' });
expect(first.version.version === 1, 'version 1 is published');

step('5. A grant, and an agent that connects with it');
const grant = await post('/grants', { server: server.id, label: 'newsletter', policy: 'main' });
const agent = new Client({ name: 'newsletter', version: '1' }, { versionNegotiation: { mode: 'auto' } });
await sleep(FOLLOWS_MS);
await agent.connect(
  new StreamableHTTPClientTransport(new URL(server.path, base), {
    requestInit: { headers: { authorization: `Bearer ${grant.token}` } },
  }),
);
const seen = (await agent.listTools()).tools.map(({ name }) => name);
expect(seen.length === 1 && seen[0] === PAUSE, `it sees ${PAUSE} alone, of ${tools} tools`);

step('6. The agent calls');
const paused = await call(PAUSE, { campaignId: 3 });
expect(isPassed(paused), 'campaign 3 may be paused');
const deletion = await call('fluentcrm_delete_contact', { subscriberId: 1 });
expect(textOf(deletion).startsWith(DENIED), 'a contact may not be deleted');
const smuggled = await call(PAUSE, { campaignId: 4, _method: 'DELETE' });
expect(textOf(smuggled).startsWith(DENIED), 'an argument that the tool does not declare is refused');

step('7. The log');
const denials = await get(`/logs?outcome=deny&grant=${grant.id}`);
for (const { tool, rule, message } of denials.items) console.log(`  ${tool}: ${message} ${rule}`);
expect(
  denials.items.map(({ rule }) => rule).join(' ') === `/arguments (default deny)`,
  'both denials are in it, each with its rule',
);

step('8. Tighten the policy, while the agent is connected');
const closed = { ...seed, tools: { [PAUSE]: { action: 'deny', reason: 'No changes during the sale.' } } };
await post(`${policy}/publish`, { document: closed, note: 'Sale', after: 1 });
await sleep(FOLLOWS_MS);
const refused = await call(PAUSE, { campaignId: 3 });
expect(textOf(refused) === `${DENIED} No changes during the sale.`, 'the next call is refused');
expect(refused._meta[DECISION].version === '2', 'by version 2');

step('9. Resuming a campaign needs a person');
const asking = {
  ...seed,
  tools: {
    ...seed.tools,
    [RESUME]: { action: 'require_approval', reason: 'Resuming sends e-mail at once.' },
  },
};
await post(`${policy}/publish`, { document: asking, note: 'Resuming, with a yes', after: 2 });
await sleep(FOLLOWS_MS);
const held = await call(RESUME, { campaignId: 3 });
expect(textOf(held).startsWith(HELD), 'the call is held');
const { id } = held._meta[APPROVAL];
const again = await call(RESUME, { campaignId: 3 });
expect(again._meta[APPROVAL].id === id, 'the same call is the same question');

step('10. A person agrees');
const question = await get(`/approvals/${id}`);
console.log(`  ${question.grant.label} asks: ${question.tool} ${JSON.stringify(question.arguments)}`);
const agreed = await post(`/approvals/${id}/approve`, { note: 'Agreed with sales.' });
expect(agreed.status === 'approved', 'it is approved');
const resumed = await call(RESUME, { campaignId: 3 });
expect(isPassed(resumed), `the retry passes: ${textOf(resumed).split('\n')[0]}`);
const second = await call(RESUME, { campaignId: 3 });
expect(textOf(second).startsWith(HELD), 'the one after it is held again');
expect(second._meta[APPROVAL].id !== id, 'and is another question');
expect((await get(`/approvals/${id}`)).status === 'used', 'the approval is used');
await agent.close();

step('11. What was done, and by whom');
const audit = await get('/audit');
for (const { actorLabel, action, target } of audit.items.toReversed())
  console.log(`  ${actorLabel}: ${action} ${target}`);
expect((await get('/audit/verify')).ok, 'the chain of the audit log is whole');

console.log('\nAll is as it should be.');

/** One call of the agent. */
function call(name, args) {
  return agent.callTool({ name, arguments: args });
}

function textOf(result) {
  return result.content?.[0]?.text ?? '';
}

/** Whether the gateway let a call through; the server may still have refused it. */
function isPassed(result) {
  return result._meta?.[DECISION] === undefined;
}
