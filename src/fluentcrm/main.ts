import { readFileSync } from 'node:fs';
import { createApiClient, type ApiClient } from './api-client.ts';
import { HELP, readCommand, type Configuration, type CrmAccess } from './configuration.ts';
import { serveOverHttp } from './http.ts';
import { httpTransport } from './http-transport.ts';
import { createSandbox, sandboxTransport } from './sandbox/index.ts';
import { createServerFactory } from './server.ts';
import { serveOverStdio } from './stdio.ts';

const WRONG_USE = 2;

/**
 * The command `fluentcrm-mcp`.
 * @param argv `process.argv`. Sets the exit code: 2 for wrong use or configuration.
 */
export async function main(argv: readonly string[]): Promise<void> {
  const command = readCommand(argv.slice(2), process.env);
  switch (command.kind) {
    case 'help':
      process.stdout.write(HELP);
      return;
    case 'version':
      process.stdout.write(`${version()}\n`);
      return;
    case 'wrong':
      fail(command.problems);
      return;
    case 'serve':
      await serve(command.configuration);
  }
}

async function serve({ crm, language, transport }: Configuration): Promise<void> {
  if (crm.kind === 'sandbox') log('sandbox: made-up data, no CRM is touched, changes are gone at the end');
  const factory = createServerFactory({ api: openCrm(crm), version: version(), language, log });
  if (transport.kind === 'stdio') {
    serveOverStdio(factory, process.stdin, process.stdout, log);
    return;
  }
  try {
    const service = await serveOverHttp(factory, transport.port, log);
    log(`listening on http://127.0.0.1:${service.port}/mcp`);
    const stop = () => void service.close();
    process.once('SIGINT', stop);
    process.once('SIGTERM', stop);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    fail([`The port ${transport.port} cannot be used (${code}). Choose another one with --http.`]);
  }
}

function openCrm(crm: CrmAccess): ApiClient {
  if (crm.kind === 'sandbox') return createApiClient(sandboxTransport(createSandbox()), log);
  const { baseUrl, username, password } = crm;
  return createApiClient(httpTransport({ baseUrl, credentials: { username, password } }), log);
}

function fail(problems: readonly string[]): void {
  for (const problem of problems) log(problem);
  process.exitCode = WRONG_USE;
}

function log(line: string): void {
  process.stderr.write(`fluentcrm-mcp: ${line}\n`);
}

/** The version of the package, from the package.json two folders above (the same from src/ and dist/). */
function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  return (manifest as { readonly version: string }).version;
}
