// What an MCP client does in each client scenario of the conformance suite, on the official SDK; the address it is given
// is the gateway's. Scenarios that are not named here only list the tools.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

/** An elicitation is answered with nothing, so that the schema's defaults have to fill it in. */
const CAPABILITIES = {
  elicitation: { form: { applyDefaults: true } },
  sampling: {},
  roots: { listChanged: true },
};

/**
 * Runs one scenario. `logIn` is called when the gateway says that its operator must; it resolves to whether that went
 * well.
 */
export async function runScenario({ scenario, revision, url, token, context, logIn }) {
  const client = new Client(
    { name: 'conformance-client', version: '1.0.0' },
    {
      capabilities: CAPABILITIES,
      versionNegotiation: { mode: revision === '2026-07-28' ? 'auto' : 'legacy' },
    },
  );
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
  });
  try {
    if (scenario.startsWith('auth/')) await authorized(client, transport, scenario, logIn);
    else await (STEPS[scenario] ?? listTools)(client, transport, context);
  } finally {
    await client.close().catch(() => {});
  }
}

const STEPS = {
  async tools_call(client, transport) {
    await listTools(client, transport);
    await client.callTool({ name: 'add_numbers', arguments: { a: 5, b: 3 } });
  },

  async 'elicitation-sep1034-client-defaults'(client, transport) {
    client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: {} }));
    await listTools(client, transport);
    await client.callTool({ name: 'test_client_elicitation_defaults', arguments: {} });
  },

  async 'sse-retry'(client, transport) {
    await listTools(client, transport);
    await client.callTool({ name: 'test_reconnection', arguments: {} });
  },

  async 'sep-2322-client-request-state'(client, transport) {
    let isUnrelatedCalled = false;
    client.setRequestHandler('elicitation/create', async () => {
      if (!isUnrelatedCalled) {
        isUnrelatedCalled = true;
        await client.callTool({ name: 'test_mrtr_unrelated', arguments: {} });
      }
      return { action: 'accept', content: { confirmed: true } };
    });
    await listTools(client, transport);
    for (const name of ['test_mrtr_echo_state', 'test_mrtr_no_state', 'test_mrtr_no_result_type'])
      await client.callTool({ name, arguments: {} });
  },

  async 'http-standard-headers'(client, transport) {
    const tools = await listTools(client, transport);
    for (const { name } of tools) await client.callTool({ name, arguments: {} });
    const { resources } = await client.listResources();
    for (const { uri } of resources) await client.readResource({ uri });
    const { prompts } = await client.listPrompts();
    for (const { name } of prompts) await client.getPrompt({ name });
  },

  async 'http-custom-headers'(client, transport, context) {
    await listTools(client, transport);
    for (const call of context.toolCalls) await client.callTool(call);
  },

  async 'http-invalid-tool-headers'(client, transport) {
    for (const { name, inputSchema } of await listTools(client, transport))
      await client.callTool({ name, arguments: argumentsFor(inputSchema) });
  },

  async 'json-schema-2020-12-preservation'(client, transport) {
    const tools = await listTools(client, transport);
    const { inputSchema } = tools.find(({ name }) => name === 'json_schema_2020_12_tool');
    await client.callTool({ name: 'json_schema_echo', arguments: { schema: inputSchema } });
  },
};

async function listTools(client, transport) {
  await client.connect(transport);
  return (await client.listTools()).tools;
}

async function authorized(client, transport, scenario, logIn) {
  await client.connect(transport);
  await afterLogin(logIn, () => client.listTools());
  if (scenario.startsWith('auth/client-credentials')) return;
  const answer = await afterLogin(logIn, async () => {
    const result = await client.callTool({ name: 'test-tool', arguments: {} });
    if (result.isError) throw new Error(result.content[0]?.text);
    return result;
  });
  if (answer.content[0]?.text !== 'test') throw new Error(`unexpected answer ${JSON.stringify(answer)}`);
}

/** Does it, and once more after a login when the gateway lacks rights. */
async function afterLogin(logIn, work) {
  try {
    return await work();
  } catch (error) {
    if (!String(error).includes('[UPSTREAM UNAUTHORIZED]') || !(await logIn())) throw error;
    return await work();
  }
}

function argumentsFor({ properties = {} }) {
  const values = { string: 'x', integer: 1, number: 1.5, boolean: true, object: {}, array: [], null: null };
  return Object.fromEntries(Object.entries(properties).map(([name, { type }]) => [name, values[type]]));
}
