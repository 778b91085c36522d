import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT, run, serve, throwAwayFolder } from '../support/command.ts';

it('the demo agent pauses, hits the limit, and runs into a denied and a hidden tool', async () => {
  const data = throwAwayFolder();
  const left = 60_000 - (Date.now() % 60_000);
  if (left < 10_000) await new Promise((resolve) => setTimeout(resolve, left + 50));
  const served = await serve(data);
  // the very line that is printed
  const [, line = ''] = /^ {2}node (\S*demo-agent\.mjs .*)$/m.exec(served.command.stdout) ?? [];
  const [script = '', ...args] = line.split(' ');
  const { code, stdout, stderr } = await run(join(ROOT, script), args);
  await served.command.stop();
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/this grant sees 1: fluentcrm_pause_campaign/);
  expect(stdout).toMatch(/✓ pause campaign 3/);
  expect(stdout).toMatch(/✗ smuggle an argument: \[POLICY DENIED\]/);
  expect(stdout).toMatch(/✗ a tool that no rule allows: \[POLICY DENIED\]/);
  expect(stdout).toMatch(/✗ call 29 of the loop: \[POLICY DENIED\] Limit reached/);
  expect(stdout).toMatch(/try again in \d+ s/);
  expect(stdout).toMatch(/✗ a hidden tool: Unknown tool: fluentcrm_delete_campaign/);
});
