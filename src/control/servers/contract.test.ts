import { createHash } from 'node:crypto';
import { definitionHash, pinPublished } from '#upstream';
import { contractSuite } from '../contract.suite.ts';
import { newServerRow } from './save-server.ts';
import { serverRoutes } from './server-routes.ts';
import { HTTP, openServerRig, partsForDocument, STDIO, TOOLS, type ServerRig } from './servers.suite.ts';

const CHANGED = TOOLS.map((tool) => ({ ...tool, description: 'Something else.' }));
const [FIRST = { name: '' }] = CHANGED;

/** An organisation with two servers, of which one lists other tools than were accepted. */
async function open(): Promise<ServerRig> {
  const rig = openServerRig({ allowCommands: true });
  const { control } = rig.store;
  for (const [id, organisation, connection] of [
    ['crm', 'acme', STDIO],
    ['web', 'acme', HTTP],
    ['theirs', 'other', HTTP],
  ] as const) {
    const about = { name: id, connection, settings: {}, onChange: 'alert' } as const;
    const keys = { seal: (text: string) => rig.keys.seal(text, `server:${id}`) };
    await control.servers.insert(organisation, {
      ...newServerRow({ keys: { ...rig.keys, ...keys } }, about, 0),
      id,
    });
  }
  await pinPublished(control, 'acme', 'crm', TOOLS, 'user:ada', 0);
  rig.live = CHANGED;
  await rig.ask('GET', '/servers/crm/tools');
  return rig;
}

const seen = createHash('sha256')
  .update(
    CHANGED.map((tool) => JSON.stringify([tool.name, 'changed', definitionHash(tool)]))
      .toSorted()
      .join('\n'),
  )
  .digest('hex');

// what leads the browser on is no answer of the API, and only a person in a session can begin it
const routes = serverRoutes(partsForDocument()).filter(({ id }) => id !== 'finishConsent');

contractSuite({
  routes,
  open,
  known: {
    server: ['crm', 'crm', 'web', 'from-file', 'theirs'],
    tool: [FIRST.name],
    hash: [definitionHash(FIRST)],
    seen: [seen],
    catalogue: ['crm'],
    env: [{ CRM_TOKEN: 'x' }],
    connection: [STDIO, HTTP, { env: { CRM_TOKEN: 'y' } }],
    document: [
      JSON.stringify({ mcpServers: { a: { command: 'x' }, b: { url: 'https://b.example/' } } }),
      '{',
    ],
    choose: [['a'], ['a', 'b'], ['c']],
    url: ['https://mcp.example.com/mcp', 'http://10.0.0.1/'],
  },
  neverSucceed: ['startConsent'],
});
