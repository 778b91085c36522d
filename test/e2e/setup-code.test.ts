import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { ADA } from '../support/api.ts';
import { serve, throwAwayFolder, type Served } from '../support/command.ts';

/** Who may found the first organisation, where others than the people at the machine reach the gateway. */
const SHOWN = /setup code for the first account: ([2-9A-Z]{5}-[2-9A-Z]{5})/;
let served: Served | undefined;
afterEach(() => served?.command.stop());

const folder = throwAwayFolder();

async function start(configuration: object): Promise<string | undefined> {
  const config = join(folder, 'toolgate.json');
  writeFileSync(config, JSON.stringify({ servers: {}, ...configuration }));
  served = await serve(join(folder, 'data'), ['--config', config]);
  return SHOWN.exec(served.command.stdout)?.[1];
}

async function signUp(setupCode?: string): Promise<number> {
  const { base = '' } = served ?? {};
  const { status } = await fetch(`${base}/api/v1/sign-up`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: base },
    body: JSON.stringify({ ...ADA, organisation: 'Acme', setupCode }),
  });
  return status;
}

it('has to know the code that the gateway shows when it is started, until somebody has signed up', async () => {
  const exposed = { trustedProxies: ['192.0.2.1'] };
  const code = await start(exposed);
  expect(code).toBeDefined();
  expect(await signUp()).toBe(403);
  expect(await signUp('22222-22222')).toBe(403);

  await served?.command.stop();
  expect(await start(exposed)).toBe(code);
  expect(await signUp(code)).toBe(201);

  await served?.command.stop();
  expect(await start(exposed)).toBeUndefined();
});
