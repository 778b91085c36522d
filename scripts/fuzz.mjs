// Fuzzes for as long as you like; `npm test` does it for about a minute.
//
//   npm run fuzz -- --minutes 60                  all targets in turn, with fresh seeds
//   npm run fuzz -- --minutes 5 --target policy   one target
//   npm run fuzz -- --target sse --seed 42        the inputs of a run before
import { parseArgs } from 'node:util';
import { createViteServer } from 'vitest/node';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    target: { type: 'string' },
    seed: { type: 'string' },
  },
});

// reads the TypeScript sources, as the tests do
const server = await createViteServer({
  configFile: false,
  logLevel: 'error',
  appType: 'custom',
  server: { middlewareMode: true, hmr: false, ws: false, watch: null },
  optimizeDeps: { noDiscovery: true, include: [] },
  ssr: { resolve: { conditions: ['toolgate-source'] } },
});
try {
  const { runCampaign } = await server.ssrLoadModule('/test/fuzz/campaign.ts');
  const findings = await runCampaign({
    minutes: Number(values.minutes),
    target: values.target,
    seed: values.seed === undefined ? undefined : Number(values.seed),
    print: console.log,
  });
  process.exitCode = findings > 0 ? 1 : 0;
} finally {
  await server.close();
}
