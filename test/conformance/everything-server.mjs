// A server with everything that the scenarios of the conformance suite ask a server for, in both eras, over
// Streamable HTTP on the loopback address.
//
//   node everything-server.mjs PORT [--lenient]     0 = a free port; prints "ready on URL"
//
// With --lenient it checks no header at all, so that only what stands in front of it can.
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import {
  localhostHostValidation,
  localhostOriginValidation,
  NodeStreamableHTTPServerTransport,
  toNodeHandler,
  toWebRequest,
} from '@modelcontextprotocol/node';
import { createMcpHandler, isLegacyRequest, PROTOCOL_VERSION_META_KEY } from '@modelcontextprotocol/server';
import { EventLog } from './everything/event-log.mjs';
import { everything } from './everything/server.mjs';

// The modern era: a server object per request, changes announced to the open subscriptions.
const modern = createMcpHandler(
  () =>
    everything(() => ({
      tools: () => modern.notify.toolsChanged(),
      prompts: () => modern.notify.promptsChanged(),
    })),
  { legacy: 'reject' },
);
const answerModern = toNodeHandler(modern);

// The legacy era: a server object per session, every event kept for resumption.
const sessions = new Map();

async function openSession() {
  const server = everything((server) => ({
    tools: () => server.sendToolListChanged(),
    prompts: () => server.sendPromptListChanged(),
  }));
  const transport = new NodeStreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => void sessions.set(id, transport),
    onsessionclosed: (id) => void sessions.delete(id),
    eventStore: new EventLog(),
    retryInterval: 100,
  });
  await server.connect(transport);
  return transport;
}

async function answerLegacy(request, response, body) {
  const id = request.headers['mcp-session-id'];
  const transport = id === undefined ? await openSession() : sessions.get(id);
  if (transport) return transport.handleRequest(request, response, body);
  const error = { code: -32001, message: 'Session not found' };
  response.writeHead(404, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ jsonrpc: '2.0', error, id: null }));
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Puts what the body says over the headers, so that nothing is left to check. */
function believeBody(headers, { method, params }) {
  for (const name of Object.keys(headers)) if (name.startsWith('mcp-')) delete headers[name];
  const revision = params?._meta?.[PROTOCOL_VERSION_META_KEY];
  if (revision !== undefined) headers['mcp-protocol-version'] = revision;
  headers['mcp-method'] = method;
  const name = params?.name ?? params?.uri;
  if (name !== undefined) headers['mcp-name'] = name;
  const region = params?.arguments?.region;
  if (region !== undefined) headers['mcp-param-region'] = region;
}

const isLenient = process.argv.includes('--lenient');
const isHostAllowed = localhostHostValidation();
const isOriginAllowed = localhostOriginValidation();

const listener = createServer(async (request, response) => {
  if (!isLenient && !(isHostAllowed(request, response) && isOriginAllowed(request, response))) return;
  const copy = await toWebRequest(request);
  const isLegacy = await isLegacyRequest(copy);
  const body = parsed(await copy.text());
  if (isLenient && body) believeBody(request.headers, body);
  await (isLegacy ? answerLegacy : answerModern)(request, response, body);
});
listener.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  console.log(`ready on http://127.0.0.1:${listener.address().port}/mcp`);
});
