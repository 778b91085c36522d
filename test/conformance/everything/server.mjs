import { createRequestStateCodec, McpServer } from '@modelcontextprotocol/server';
import { offerAskingTools } from './asking-tools.mjs';
import { offerPrompts } from './prompts.mjs';
import { offerResources } from './resources.mjs';
import { offerTools } from './tools.mjs';

const states = createRequestStateCodec({ key: 'the key of a test server: 32 bytes or more' });
const hint = { ttlMs: 60_000, cacheScope: 'public' };

/**
 * A server object with all tools, prompts and resources.
 * `announcer` is given the object and returns what announces a change: `{ tools(), prompts() }`.
 */
export function everything(announcer) {
  const server = new McpServer(
    { name: 'everything-server', version: '1.0.0' },
    {
      capabilities: {
        completions: {},
        logging: {},
        prompts: { listChanged: true },
        resources: { subscribe: true },
        tools: { listChanged: true },
      },
      cacheHints: { 'tools/list': hint, 'resources/list': hint, 'resources/read': hint },
      requestState: { verify: states.verify },
    },
  );
  offerTools(server, announcer(server));
  offerAskingTools(server, states);
  offerPrompts(server);
  offerResources(server);
  return server;
}
