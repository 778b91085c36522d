import { execFileSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findSandbox, sandboxed, type SandboxKind } from './sandbox.ts';
import { scanNpmPackage } from './scan-npm.ts';

const FIXTURE = fileURLToPath(new URL('../../../test/fixtures/scan-package', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'scan-npm-'));
const secret = join(homedir(), `.toolgate-scan-secret-${process.pid}`);
let tarball = '';
let listener: Server;
let port = 0;

beforeAll(async () => {
  const packed = execFileSync('npm', ['pack', FIXTURE, '--pack-destination', folder, '--silent'], {
    encoding: 'utf8',
  });
  tarball = join(folder, packed.trim().split('\n').at(-1) ?? '');
  writeFileSync(secret, 'secret');
  listener = createServer((_, response) => response.end());
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  port = (listener.address() as AddressInfo).port;
}, 60_000);
afterAll(() => {
  listener.close();
  rmSync(folder, { recursive: true, force: true });
  rmSync(secret, { force: true });
});

/** The sandboxes of this system, the one a scan takes first. */
function sandboxes(): readonly SandboxKind[] {
  const first = findSandbox();
  return first === 'bubblewrap' ? ['bubblewrap', 'unshare'] : [first];
}

describe.each(sandboxes())('a package nobody knows, in %s', (sandbox) => {
  it('is read with a made-up key, and reaches nothing of this machine', async () => {
    const scan = await scanNpmPackage(tarball, {
      folder: join(folder, `work-${sandbox}`),
      sandbox,
      hints: { environment: [], arguments: [] },
      now: () => Date.UTC(2026, 0, 2),
    });
    expect(scan).toMatchObject({
      scannedAt: '2026-01-02T00:00:00.000Z',
      version: '1.2.3',
      repository: 'example/scan-package',
      how: { by: 'npm', sandbox, bin: 'scan-package', dummyEnvironment: ['SCAN_PACKAGE_KEY'] },
      outcome: { answered: true, era: 'legacy', serverInfo: { name: 'scan-package', version: '1.2.3' } },
    });
    const seen = JSON.parse(
      (scan.outcome.answered ? scan.outcome.tools[0]?.description : undefined) ?? '{}',
    ) as Record<string, unknown>;
    expect(seen).toMatchObject({
      canWriteHome: true,
      homeIsEmpty: true,
      reached: false,
      seesSecret: false,
      ranScript: false,
    });
    expect(seen['home']).not.toBe(homedir());
    expect(seen['variables']).not.toContain('npm_package_json');
    expect(existsSync(join(folder, `work-${sandbox}`))).toBe(false);
  }, 60_000);

  it('cannot reach a server of this machine, nor read files of its user', () => {
    const probe = `
      const { existsSync } = require('node:fs');
      const file = existsSync(${JSON.stringify(secret)});
      require('node:net').connect(${port}, '127.0.0.1')
        .on('connect', () => done(true)).on('error', () => done(false));
      function done(network) { console.log(JSON.stringify({ file, network })); process.exit(0); }`;
    // outside, the probe sees both: it can fail
    expect(run(process.execPath, ['-e', probe])).toEqual({ file: true, network: true });
    const { command, args, env } = sandboxed(
      { folder, command: process.execPath, args: ['-e', probe], env: {} },
      sandbox,
    );
    expect(run(command, args, env)).toEqual({ file: false, network: false });
  }, 60_000);

  it.each([
    ['the temporary folder', tmpdir()],
    ['the home of the user', homedir()],
  ])(
    'runs with a runtime that lies in %s',
    (_, place) => {
      const own = mkdtempSync(join(place, '.runtime-'));
      try {
        // a whole copy: a link would lead to a place that is not there
        copyFileSync(process.execPath, join(own, 'node'));
        const { command, args, env } = sandboxed(
          { folder, command: join(own, 'node'), args: ['-p', '6 * 7'], env: {} },
          sandbox,
        );
        expect(run(command, args, env)).toBe(42);
      } finally {
        rmSync(own, { recursive: true });
      }
    },
    60_000,
  );

  it('has only so much room for files', () => {
    const fill = `
      const { writeFileSync } = require('node:fs');
      let mebibytes = 0;
      try { for (; mebibytes < 64; mebibytes++) writeFileSync(process.env.HOME + '/' + mebibytes, Buffer.alloc(1 << 20)); } catch {}
      console.log(JSON.stringify({ mebibytes }));`;
    const { command, args, env } = sandboxed(
      { folder, command: process.execPath, args: ['-e', fill], env: {} },
      sandbox,
      { heapMiB: 128, filesMiB: 16, cpuSeconds: 20 },
    );
    const { mebibytes } = run(command, args, env) as { mebibytes: number };
    expect(mebibytes).toBeGreaterThan(4);
    expect(mebibytes).toBeLessThanOrEqual(16);
  }, 60_000);
});

function run(command: string, args: readonly string[], env?: Readonly<Record<string, string>>): unknown {
  return JSON.parse(execFileSync(command, [...args], { encoding: 'utf8', ...(env && { env: { ...env } }) }));
}

describe('a package that gives nothing', () => {
  it('is said not to be there', async () => {
    const scan = await scanNpmPackage(join(folder, 'no-such-package.tgz'), {
      folder: join(folder, 'work-none'),
      now: Date.now,
    });
    expect(scan.outcome).toMatchObject({ answered: false, reason: 'install_failed' });
  }, 60_000);

  it('without a command is said to have none', async () => {
    const bare = join(folder, 'bare');
    execFileSync('mkdir', ['-p', bare]);
    writeFileSync(join(bare, 'package.json'), '{"name":"bare","version":"1.0.0"}');
    execFileSync('npm', ['pack', bare, '--pack-destination', folder, '--silent']);
    const scan = await scanNpmPackage(join(folder, 'bare-1.0.0.tgz'), {
      folder: join(folder, 'work-bare'),
      now: Date.now,
    });
    expect(scan.outcome).toMatchObject({ answered: false, reason: 'no_command' });
  }, 60_000);
});
