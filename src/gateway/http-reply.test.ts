import { createServer, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { HttpReply } from './http-reply.ts';
import { grant } from './made-grant.suite.ts';
import { silentTelemetry } from './telemetry.ts';

const servers: { close(): unknown }[] = [];
afterEach(() => servers.splice(0).forEach((server) => server.close()));

/** The response of a request whose client has gone away already. */
async function abandoned(): Promise<ServerResponse> {
  let taken: ServerResponse | undefined;
  const server = createServer((_, response) => void (taken = response));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const asking = request({ port, host: '127.0.0.1' });
  asking.on('error', () => {});
  asking.end();
  await vi.waitFor(() => expect(taken).toBeDefined());
  asking.destroy();
  await vi.waitFor(() => expect(taken?.closed).toBe(true));
  return taken ?? expect.unreachable();
}

describe('the answer to an agent', () => {
  it('tells at once that the agent has gone away while its request was judged', async () => {
    const reply = new HttpReply(await abandoned(), silentTelemetry.begin('req', 'http', 'shop', grant));
    const watcher = { onAgentClosed: vi.fn(), onAgentDrained: vi.fn() };
    reply.watch(watcher);
    expect(watcher.onAgentClosed).toHaveBeenCalledExactlyOnceWith(false);
  });
});
