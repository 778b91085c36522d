import { PassThrough } from 'node:stream';
import * as api from '@opentelemetry/api';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-base';
import { afterEach, describe, expect, it } from 'vitest';
import { serveStdio, Telemetry } from '#gateway';
import { createTracer, silentLog } from '#platform';
import type { Grant } from '#store';
import type { Upstream } from '#upstream';
import { fixtureUpstream } from '../fixtures/stdio/probe.ts';
import { GatewayRig, modernMessage, type RigOptions } from '../support/gateway-rig.ts';

const POLICY = {
  version: '1',
  default: 'deny',
  tools: {
    echo: {},
    fail: {},
    hang_up: {},
    raw: {},
    delete_all: { action: 'deny', reason: 'Never.' },
  },
};
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const AGENT_SPAN = '00f067aa0ba902b7';
const HTTP_SPAN = 'b7ad6b7169203331';
const CONTEXT = `00-${TRACE}-${AGENT_SPAN}-01`;
const HTTP_CONTEXT = `00-${TRACE}-${HTTP_SPAN}-01`;

const exporter = new InMemorySpanExporter();
const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
const rigs: GatewayRig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
  exporter.reset();
});

async function start(isTraced: boolean, options: Partial<RigOptions> = {}): Promise<GatewayRig> {
  const tracer = isTraced ? createTracer(api, provider.getTracer('test')) : undefined;
  const rig = await GatewayRig.start({ policy: POLICY, telemetry: new Telemetry({ tracer }), ...options });
  rigs.push(rig);
  return rig;
}

/** The two spans of the one request that was made. */
async function spans(count = 2): Promise<{ server: ReadableSpan; client: ReadableSpan | undefined }> {
  await expect.poll(() => exporter.getFinishedSpans().length).toBe(count);
  const finished = exporter.getFinishedSpans();
  const [server] = finished.filter((span) => span.kind === api.SpanKind.SERVER);
  if (!server) throw new Error('no server span');
  return { server, client: finished.find((span) => span.kind === api.SpanKind.CLIENT) };
}

const contextOf = (span: ReadableSpan | undefined): string => {
  const { traceId = '', spanId = '' } = span?.spanContext() ?? {};
  return `00-${traceId}-${spanId}-01`;
};

const callIn = {
  legacy: (rig: GatewayRig, name: string, headers: Record<string, string> = {}, meta?: object) =>
    rig.post(
      JSON.stringify({
        jsonrpc: '2.0',
        id: 7,
        method: 'tools/call',
        params: { name, ...(meta && { _meta: meta }) },
      }),
      headers,
    ),
  modern: (rig: GatewayRig, name: string, headers: Record<string, string> = {}, meta?: object) => {
    const message = modernMessage('tools/call', { name }, 7) as { params: { _meta: object } };
    Object.assign(message.params._meta, meta);
    return rig.post(JSON.stringify(message), {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': name,
      ...headers,
    });
  },
};
const ERAS = ['legacy', 'modern'] as const;
const lastArrival = (rig: GatewayRig) => rig.upstream.arrivals.at(-1);

describe.each(ERAS)('a traced call, %s', (era) => {
  it('continues the trace of the headers and hands it on with its own span as the parent', async () => {
    const rig = await start(true);
    const headers = { traceparent: CONTEXT, tracestate: 'rojo=1', baggage: 'user=7' };
    const answer = await callIn[era](rig, 'echo', headers);
    const { server, client } = await spans();
    expect(server.name).toBe('tools/call echo');
    expect(server.parentSpanContext).toMatchObject({ traceId: TRACE, spanId: AGENT_SPAN, isRemote: true });
    expect(client?.name).toBe('tools/call echo');
    expect(client?.parentSpanContext?.spanId).toBe(server.spanContext().spanId);
    expect(server.attributes).toMatchObject({
      'mcp.method.name': 'tools/call',
      'gen_ai.tool.name': 'echo',
      'gen_ai.operation.name': 'execute_tool',
      'jsonrpc.request.id': '7',
      'network.transport': 'tcp',
      'toolgate.server': 'shop',
      'toolgate.grant.label': 'agent',
      'toolgate.decision.outcome': 'allow',
      'toolgate.decision.rule': '/tools/echo',
      'toolgate.request.id': answer.headers.get('x-request-id'),
    });
    expect(lastArrival(rig)?.headers).toMatchObject({
      traceparent: contextOf(client),
      tracestate: 'rojo=1',
      baggage: 'user=7',
    });
  });

  it('takes the context of the message before that of the HTTP request, and links the other', async () => {
    const rig = await start(true);
    await callIn[era](rig, 'echo', { traceparent: HTTP_CONTEXT }, { traceparent: CONTEXT });
    const { server, client } = await spans();
    expect(server.parentSpanContext?.spanId).toBe(AGENT_SPAN);
    expect(server.links.map((link) => link.context.spanId)).toEqual([HTTP_SPAN]);
    expect(lastArrival(rig)?.headers['traceparent']).toBe(contextOf(client));
    // the bytes that were judged are the bytes that are sent
    expect(JSON.parse(lastArrival(rig)?.body ?? '{}')).toMatchObject({
      params: { _meta: { traceparent: CONTEXT } },
    });
  });

  it('begins a trace of its own where none came, or a malformed one', async () => {
    const rig = await start(true);
    await callIn[era](rig, 'echo', { traceparent: `00-${'0'.repeat(32)}-${AGENT_SPAN}-01` });
    const { server, client } = await spans();
    expect(server.parentSpanContext).toBeUndefined();
    expect(lastArrival(rig)?.headers['traceparent']).toBe(contextOf(client));
  });

  it('has no exchange when the call is denied, and names no tool that does not exist', async () => {
    const rig = await start(true);
    await callIn[era](rig, 'delete_all');
    const denied = await spans(1);
    expect(denied.client).toBeUndefined();
    expect(denied.server.attributes).toMatchObject({
      'toolgate.decision.outcome': 'deny',
      'toolgate.decision.rule': '/tools/delete_all/action',
    });
    exporter.reset();
    await callIn[era](rig, 'made_up_by_an_agent');
    expect((await spans(1)).server.name).toBe('tools/call');
  });

  it('tells a tool error and a broken server apart', async () => {
    const rig = await start(true);
    await callIn[era](rig, 'fail');
    expect((await spans()).client?.attributes['error.type']).toBe('tool_error');
    exporter.reset();
    await callIn[era](rig, 'hang_up');
    const { server, client } = await spans();
    expect(client?.status.code).toBe(api.SpanStatusCode.ERROR);
    expect(server.attributes['error.type']).toBe('broken');
  });

  it('passes the agent’s headers on unchanged when tracing is off', async () => {
    const rig = await start(false);
    const headers = { traceparent: CONTEXT, tracestate: 'rojo=1', baggage: 'user=7' };
    await callIn[era](rig, 'echo', headers, { traceparent: HTTP_CONTEXT });
    expect(lastArrival(rig)?.headers).toMatchObject(headers);
    await callIn[era](rig, 'echo');
    expect(lastArrival(rig)?.headers).not.toHaveProperty('traceparent');
  });
});

describe('the trace context of a message on standard input', () => {
  const grant = (server: string): Grant => ({
    id: 'wrap',
    label: 'wrap',
    server,
    policy: 'rules',
    createdAt: 0,
    expiresAt: undefined,
    revokedAt: undefined,
  });

  /** One line in, one line out. */
  async function ask(rig: GatewayRig, serverId: string, message: object): Promise<string> {
    const server = rig.directory.server(serverId);
    if (!server) throw new Error('no such server');
    const input = new PassThrough();
    const output = new PassThrough();
    const owner = { ...grant('shop') };
    const done = serveStdio({ gateway: rig.gateway, grant: owner, server, input, output, log: silentLog });
    input.end(`${JSON.stringify(message)}\n`);
    await done;
    return String(output.read());
  }

  it.each(ERAS)('is continued toward a server over HTTP, %s', async (era) => {
    const rig = await start(true);
    const message = (
      era === 'modern'
        ? modernMessage('tools/call', { name: 'echo' })
        : { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'echo', _meta: {} } }
    ) as { params: { _meta: object } };
    Object.assign(message.params._meta, { traceparent: CONTEXT });
    expect(await ask(rig, 'shop', message)).toContain('echo:');
    const { server, client } = await spans();
    expect(server.parentSpanContext).toMatchObject({ traceId: TRACE, spanId: AGENT_SPAN });
    expect(server.attributes['network.transport']).toBe('pipe');
    expect(lastArrival(rig)?.headers['traceparent']).toBe(contextOf(client));
  });

  it('reaches a child as it was, because a message is not changed for it', async () => {
    const rig = await start(true);
    const upstream: Upstream = fixtureUpstream('server.mjs');
    try {
      rig.directory.addServer({ id: 'child', organisation: 'default', upstream, methods: {} });
      const params = { name: 'raw', _meta: { traceparent: CONTEXT } };
      const answer = await ask(rig, 'child', { jsonrpc: '2.0', id: 1, method: 'tools/call', params });
      expect(answer).toContain(CONTEXT);
      const { server, client } = await spans();
      expect(server.parentSpanContext?.spanId).toBe(AGENT_SPAN);
      expect(client?.parentSpanContext?.spanId).toBe(server.spanContext().spanId);
    } finally {
      await upstream.close();
    }
  });
});
