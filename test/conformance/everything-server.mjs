// A server with everything that the scenarios of the conformance suite ask a server for, in both eras, over
// Streamable HTTP on the loopback address.
//
//   node everything-server.mjs PORT     0 = a free one; prints "ready on URL"
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import {
  localhostHostValidation,
  localhostOriginValidation,
  NodeStreamableHTTPServerTransport,
  toNodeHandler,
  toWebRequest,
} from '@modelcontextprotocol/node';
import { createMcpHandler, isLegacyRequest } from '@modelcontextprotocol/server';
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

const isHostAllowed = localhostHostValidation();
const isOriginAllowed = localhostOriginValidation();

const listener = createServer(async (request, response) => {
  if (!isHostAllowed(request, response) || !isOriginAllowed(request, response)) return;
  const copy = await toWebRequest(request);
  const isLegacy = await isLegacyRequest(copy);
  const body = parsed(await copy.text());
  await (isLegacy ? answerLegacy : answerModern)(request, response, body);
});
listener.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  console.log(`ready on http://127.0.0.1:${listener.address().port}/mcp`);
});
