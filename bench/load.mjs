// The load generator: raw sockets in a process of its own. It checks every byte of every answer. Two modes:
//
//   closed loop   `concurrency` connections, each sends its next call when it has its answer
//   fixed rate    calls fall due at even distances, whether or not earlier ones are answered; the time of a call
//                 counts from when it was due, so that waiting is not left out
//
// An order with `maxCalls` is done when so many are answered, all over the same connections, however long that takes.
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpReader } from './http-reader.mjs';
import {
  answerOf,
  answerTextOf,
  callOf,
  MANY_GRANTS,
  MANY_TOOLS,
  STRIDE,
  textOf,
  tokenOf,
  toolNameOf,
} from './workload.mjs';

const MAX_CONNECTIONS = 256;
const MAX_CALLS = 2_000_000;
const DRAIN_MS = 5_000;
/** Servers promise to keep a connection for 5 s; one that has waited nearly so long may be gone when the call arrives. */
const FRESH_MS = 4_000;

let lastId = 0;
let lastConnection = 0;
const manyTokens = [];

class Run {
  #order;
  #idle = [];
  #connections = new Set();
  #due = [];
  #open = 0;
  #sent = 0;
  #stopped = false;
  #measuring = false;
  #latencies = [];
  #errors = 0;
  #firstError;

  constructor(order) {
    this.#order = order;
  }

  async measure() {
    const { rate, concurrency, warmupMs, measureMs, maxCalls } = this.#order;
    if (rate === undefined)
      for (let i = 0; i < concurrency; i++) this.#send(this.#connect(), performance.now());
    else void this.#arrive(rate);
    await sleep(warmupMs);
    this.#latencies = [];
    this.#measuring = true;
    process.send({ measuring: true });
    const startedAt = performance.now();
    if (maxCalls === undefined) await sleep(measureMs);
    else while (this.#open > 0) await sleep(5);
    const elapsedMs = performance.now() - startedAt;
    const calls = this.#latencies.length;
    process.send({ measured: true });
    // calls that are still out when the window closes are checked too; at a fixed rate they are the slow ones
    this.#measuring = rate !== undefined;
    this.#stopped = true;
    const deadline = performance.now() + DRAIN_MS;
    while (this.#open + this.#due.length > 0 && performance.now() < deadline) await sleep(5);
    if (this.#open > 0) this.#fault(`${this.#open} calls had no answer within ${DRAIN_MS} ms`, this.#open);
    for (const connection of this.#connections) connection.socket.destroy();
    const sorted = Float64Array.from(this.#latencies).sort();
    const quantile = (q) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? 0;
    return {
      calls,
      sent: this.#sent,
      callsPerSecond: (calls / elapsedMs) * 1000,
      p50: quantile(0.5),
      p95: quantile(0.95),
      p99: quantile(0.99),
      max: quantile(1),
      errors: this.#errors,
      firstError: this.#firstError,
    };
  }

  async #arrive(rate) {
    const startedAt = performance.now();
    for (let arrivals = 0; !this.#stopped; await sleep(1)) {
      const now = performance.now();
      for (; startedAt + (arrivals * 1000) / rate <= now; arrivals++) {
        const dueAt = startedAt + (arrivals * 1000) / rate;
        const connection = this.#takeIdle(now);
        if (connection) this.#send(connection, dueAt);
        else if (this.#connections.size < MAX_CONNECTIONS) this.#send(this.#connect(), dueAt);
        else this.#due.push(dueAt);
      }
    }
  }

  #takeIdle(now) {
    const connection = this.#idle.pop();
    if (connection && now - connection.idleSince < FRESH_MS && this.#connections.has(connection))
      return connection;
    // those below it have waited longer
    for (const stale of connection ? [connection, ...this.#idle.splice(0)] : []) stale.socket.destroy();
    return undefined;
  }

  #connect() {
    const { ports } = this.#order;
    const number = ++lastConnection;
    const port = ports[number % ports.length];
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const connection = {
      socket,
      port,
      reader: new HttpReader(),
      expected: undefined,
      dueAt: 0,
      idleSince: 0,
      number,
    };
    this.#connections.add(connection);
    socket.on('data', (bytes) => {
      for (const message of connection.reader.push(bytes)) this.#answered(connection, message);
    });
    const lost = (error) => this.#lost(connection, error?.message ?? 'the connection was closed');
    socket.on('error', lost);
    socket.on('close', () => lost());
    return connection;
  }

  #lost(connection, why) {
    if (!this.#connections.delete(connection)) return;
    if (connection.expected) {
      connection.expected = undefined;
      this.#open--;
      this.#fault(why);
    }
    if (!this.#stopped && this.#order.rate === undefined && this.#errors < 1_000)
      this.#send(this.#connect(), performance.now());
  }

  #send(connection, dueAt) {
    const id = ++lastId;
    const { path, calls } = this.#order;
    const tool = calls === 'same' ? this.#order.tool : toolNameOf(id % MANY_TOOLS);
    const token = calls === 'same' ? tokenOfOne : tokenOfMany(calls === 'in-turn' ? id : connection.number);
    const body = callOf(id, tool);
    connection.expected = { id };
    connection.dueAt = dueAt;
    this.#open++;
    this.#sent++;
    connection.socket.write(
      `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1:${connection.port}\r\ncontent-type: application/json\r\n` +
        `accept: application/json, text/event-stream\r\nauthorization: Bearer ${token}\r\n` +
        `mcp-protocol-version: 2025-11-25\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    );
  }

  #answered(connection, { head, body }) {
    if (!connection.expected) return this.#fault('an answer to nothing');
    const { id } = connection.expected;
    connection.expected = undefined;
    this.#open--;
    const fault = faultOf(head, body, id, this.#order);
    if (fault) this.#fault(fault);
    else if (this.#measuring) this.#latencies.push(performance.now() - connection.dueAt);
    if (this.#order.rate === undefined) {
      if (!this.#stopped && this.#sent < (this.#order.maxCalls ?? MAX_CALLS))
        this.#send(connection, performance.now());
    } else {
      const dueAt = this.#due.shift();
      if (dueAt === undefined) {
        connection.idleSince = performance.now();
        this.#idle.push(connection);
      } else this.#send(connection, dueAt);
    }
  }

  #fault(text, count = 1) {
    this.#errors += count;
    this.#firstError ??= text.slice(0, 300);
  }
}

/** What is wrong with an answer; undefined for the right one. */
function faultOf(head, body, id, { answerPath, framing }) {
  if (!head.startsWith('HTTP/1.1 200 ')) return `${head.split('\r\n', 1)[0]} ${body.utf8Slice(0, 200)}`;
  const expected = answerOf(id, textOf(id), answerPath);
  if (framing === 'json') {
    return body.length === expected.length && body.latin1Slice() === expected
      ? undefined
      : `the bytes of the answer are not the upstream's: ${body.utf8Slice(0, 200)}`;
  }
  const text = body.utf8Slice();
  const data = framing === 'events' ? /^data: ?(.*)$/m.exec(text)?.[1] : text;
  if (framing === 'events')
    return data === expected ? undefined : `not the expected event: ${text.slice(0, 200)}`;
  // a stdio answer is put together from the child's line: the same message, not the same bytes
  const message = JSON.parse(text);
  const isRight =
    message.id === id && message.result?.content?.[0]?.text === answerTextOf(textOf(id), answerPath);
  return isRight ? undefined : `not the expected message: ${text.slice(0, 200)}`;
}

const tokenOfOne = tokenOf(0);
const tokenOfMany = (index) => manyTokens[(index * STRIDE) % MANY_GRANTS];
process.on('message', (order) => {
  if (order.calls !== 'same' && manyTokens.length === 0)
    for (let i = 0; i < MANY_GRANTS; i++) manyTokens.push(tokenOf(i));
  new Run(order)
    .measure()
    .then((done) => process.send({ done }))
    .catch((error) => {
      console.error(error);
      process.exit(1);
    });
});
process.channel.ref(); // it waits for orders
console.log('ready');
