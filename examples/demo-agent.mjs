// A demo agent: what an MCP client sees when a policy stands between it and a server.
//
//   node examples/demo-agent.mjs [http://127.0.0.1:8750] [data]
//
// It reads the two demo grants from the data folder of a gateway that runs the shipped example.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

const [base = 'http://127.0.0.1:8750', dataDir = 'data'] = process.argv.slice(2);
const PAUSE = 'fluentcrm_pause_campaign';

async function connect(grantFile) {
  const token = readFileSync(join(dataDir, grantFile), 'utf8').trim();
  const client = new Client(
    { name: 'demo-agent', version: '1' },
    { versionNegotiation: { mode: 'auto' } }, // 2026-07-28 where the server offers it
  );
  const transport = new StreamableHTTPClientTransport(new URL('/mcp/fluentcrm/', base), {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
  });
  await client.connect(transport);
  return client;
}

function show(what, result) {
  const text = result.content?.[0]?.text ?? '';
  console.log(`${result.isError ? '✗' : '✓'} ${what}: ${text.split('\n')[0].slice(0, 140)}`);
}

/** One call; a refusal in the protocol (an unknown tool, say) is shown, not thrown. */
async function call(client, what, name, args) {
  try {
    const result = await client.callTool({ name, arguments: args });
    show(what, result);
    return result;
  } catch (error) {
    console.log(`✗ ${what}: ${error.message}`);
    return undefined;
  }
}

const agent = await connect('demo-grant.token');
const { tools } = await agent.listTools();
console.log(
  `The server has 36 tools; this grant sees ${tools.length}: ${tools.map((tool) => tool.name).join(', ')}\n`,
);

await call(agent, 'pause campaign 3', PAUSE, { campaignId: 3 });
await call(agent, 'pause it again (the server itself says no)', PAUSE, { campaignId: 3 });
await call(agent, 'smuggle an argument', PAUSE, { campaignId: 4, _method: 'DELETE' });
await call(agent, 'a tool that no rule allows', 'fluentcrm_delete_contact', { subscriberId: 1 });

console.log('\nNow a loop that never stops by itself:');
for (let count = 1; count <= 40; count++) {
  const result = await agent.callTool({ name: PAUSE, arguments: { campaignId: 3 } });
  const decision = result._meta?.['io.toolgate/decision'];
  if (!decision) continue;
  show(`call ${count} of the loop`, result);
  console.log(`  rule ${decision.rule}, try again in ${Math.ceil(decision.retryAfterMs / 1000)} s`);
  break;
}
await agent.close();

console.log('\nThe same server with a grant whose policy hides a tool:');
const other = await connect('demo-hiding-grant.token');
await call(other, 'a hidden tool', 'fluentcrm_delete_campaign', { campaignId: 3 });
await call(other, 'a tool that does not exist', 'fluentcrm_no_such_tool', {});
await other.close();
