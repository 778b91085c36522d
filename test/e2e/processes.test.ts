import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { serve, throwAwayFolder } from '../support/command.ts';
import { JSON_HEADERS } from '../support/gateway-rig.ts';
import { RecordingUpstream } from '../support/recording-upstream.ts';

/** Several gateways over one data folder share every limit. */
it('four gateways with 250 concurrent calls each let exactly 100 through', { timeout: 120_000 }, async () => {
  const upstream = new RecordingUpstream();
  const folder = throwAwayFolder();
  const config = join(folder, 'toolgate.json');
  const policy = {
    version: '1',
    default: 'deny',
    tools: { echo: { limits: [{ counter: 'calls', window: 'day', max: 100 }] } },
  };
  writeFileSync(
    config,
    JSON.stringify({
      servers: { shop: { url: await upstream.start(), policies: { rules: policy } } },
      grants: [{ label: 'agent', server: 'shop', policy: 'rules', token: { file: 'agent.token' } }],
    }),
  );
  const gateways = await Promise.all(
    [1, 2, 3, 4].map(() => serve(join(folder, 'data'), ['--config', config])),
  );
  const tokens = new Set(gateways.map(({ tokens: printed }) => printed.get('agent')));
  expect(tokens.size).toBe(1);
  const [token = ''] = tokens;

  const call = async (base: string, id: number): Promise<boolean> => {
    const response = await fetch(`${base}/mcp/shop/`, {
      method: 'POST',
      headers: { ...JSON_HEADERS, authorization: `Bearer ${token}` },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id,
        method: 'tools/call',
        params: { name: 'echo', arguments: {} },
      }),
    });
    const { result } = (await response.json()) as { result: { isError?: boolean } };
    return result.isError !== true;
  };
  const answers = await Promise.all(
    gateways.flatMap(({ base }) => Array.from({ length: 250 }, (_, id) => call(base, id))),
  );
  expect(answers.filter((isAllowed) => isAllowed)).toHaveLength(100);
  expect(upstream.calls).toHaveLength(100);
  await Promise.all(gateways.map(({ command }) => command.stop()));
  await upstream.stop();
});
