/* oxlint-disable unicorn/prefer-add-event-listener -- a Transport of the SDK has no addEventListener */
import { PassThrough, type Readable, type Writable } from 'node:stream';
import type { JSONRPCMessage, McpServer, Transport } from '@modelcontextprotocol/server';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';

/**
 * Serves MCP over stdio, every protocol revision. When the input ends, the calls under way are answered first: a script
 * may write its requests, close the pipe and then read.
 */
export function serveOverStdio(
  factory: () => McpServer,
  input: Readable,
  output: Writable,
  log: (line: string) => void,
): void {
  serveStdio(factory, {
    transport: patientTransport(input, output),
    onerror: (error) => log(`stdio: ${error.message}`),
  });
}

/** A stdio transport that sees the end of its input only when no request waits for an answer. */
function patientTransport(input: Readable, output: Writable): Transport {
  const gate = new PassThrough();
  const inner = new StdioServerTransport(gate, output);
  const waiting = new Set<string | number>();
  let ended = false;

  function endWhenIdle(): void {
    if (!ended || waiting.size > 0) return;
    if (gate.readableLength > 0 || gate.writableLength > 0) setImmediate(endWhenIdle);
    else gate.end();
  }

  const transport: Transport = {
    start: async () => {
      inner.onmessage = (message) => {
        if ('method' in message && 'id' in message) waiting.add(message.id);
        transport.onmessage?.(message);
      };
      inner.onclose = () => {
        input.pause();
        transport.onclose?.();
      };
      inner.onerror = (error) => transport.onerror?.(error);
      await inner.start();
      input.on('data', (chunk: Buffer) => gate.write(chunk));
      input.on('error', (error) => transport.onerror?.(error));
      input.on('end', () => {
        ended = true;
        setImmediate(endWhenIdle);
      });
    },
    send: async (message: JSONRPCMessage) => {
      await inner.send(message);
      if (!('method' in message) && message.id !== undefined) waiting.delete(message.id);
      endWhenIdle();
    },
    close: async () => inner.close(),
  };
  return transport;
}
