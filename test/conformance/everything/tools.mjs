import { setTimeout as sleep } from 'node:timers/promises';
import { fromJsonSchema } from '@modelcontextprotocol/server';
import { RED_PIXEL, SILENCE } from './media.mjs';

const text = (text) => ({ type: 'text', text });
const image = { type: 'image', data: RED_PIXEL, mimeType: 'image/png' };
const embedded = (uri, mimeType, text) => ({ type: 'resource', resource: { uri, mimeType, text } });

/** Tools without arguments whose answer is always the same. The suite calls the first of the list with no arguments. */
const FIXED = {
  test_simple_text: [text('This is a simple text response for testing.')],
  test_image_content: [image],
  test_audio_content: [{ type: 'audio', data: SILENCE, mimeType: 'audio/wav' }],
  test_embedded_resource: [
    embedded('test://embedded-resource', 'text/plain', 'This is an embedded resource content.'),
  ],
  test_multiple_content_types: [
    text('Multiple content types test:'),
    image,
    embedded('test://mixed-content-resource', 'application/json', '{"test":"data","value":123}'),
  ],
};

/** Keywords of JSON Schema 2020-12 that a proxy or an SDK may lose on the way. */
const SCHEMA_2020_12 = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  $defs: {
    address: {
      $anchor: 'addressDef',
      type: 'object',
      properties: { street: { type: 'string' }, city: { type: 'string' } },
    },
  },
  properties: {
    name: { type: 'string' },
    address: { $ref: '#/$defs/address' },
    contactMethod: { type: 'string', enum: ['phone', 'email'] },
    phone: { type: 'string' },
    email: { type: 'string' },
  },
  allOf: [{ anyOf: [{ required: ['phone'] }, { required: ['email'] }] }],
  if: { properties: { contactMethod: { const: 'phone' } }, required: ['contactMethod'] },
  // oxlint-disable-next-line unicorn/no-thenable
  then: { required: ['phone'] },
  else: { required: ['email'] },
  additionalProperties: false,
};

const REGION = {
  type: 'object',
  properties: { region: { type: 'string', 'x-mcp-header': 'Region' } },
  required: ['region'],
};

/** Registers the tools that answer by themselves. `changed` announces changed lists: `{ tools(), prompts() }`. */
export function offerTools(server, changed) {
  const offer = (name, description, run) => server.registerTool(name, { description }, run);
  for (const [name, content] of Object.entries(FIXED))
    offer(name, 'Answers with fixed content', () => ({ content }));

  offer('test_error_handling', 'Always fails', () => {
    throw new Error('This tool intentionally returns an error for testing');
  });
  offer('test_tool_with_logging', 'Writes three log messages', async (ctx) => {
    await ctx.mcpReq.log('info', 'Tool execution started');
    await sleep(50);
    await ctx.mcpReq.log('info', 'Tool processing data');
    await sleep(50);
    await ctx.mcpReq.log('info', 'Tool execution completed');
    return { content: [text('Logged three messages')] };
  });
  offer('test_logging_tool', 'Writes a log message', async (ctx) => {
    await ctx.mcpReq.log('info', 'One message');
    return { content: [text('Logged one message')] };
  });
  offer('test_tool_with_progress', 'Reports progress', async (ctx) => {
    const progressToken = ctx.mcpReq._meta?.progressToken;
    for (const progress of [0, 50, 100]) {
      if (progress > 0) await sleep(50);
      if (progressToken === undefined) continue;
      const params = { progressToken, progress, total: 100 };
      await ctx.mcpReq.notify({ method: 'notifications/progress', params });
    }
    return { content: [text('Reported progress')] };
  });
  offer('test_reconnection', 'Closes its stream before it answers', async (ctx) => {
    ctx.http?.closeSSE?.();
    await sleep(100);
    return { content: [text('Answered on the resumed stream')] };
  });
  offer('test_trigger_tool_change', 'Announces that the list of tools changed', () => {
    changed.tools();
    return { content: [text('Announced')] };
  });
  offer('test_trigger_prompt_change', 'Announces that the list of prompts changed', () => {
    changed.prompts();
    return { content: [text('Announced')] };
  });
  server.registerTool(
    'json_schema_2020_12_tool',
    { description: 'Has a schema of many keywords', inputSchema: fromJsonSchema(SCHEMA_2020_12) },
    (args) => ({ content: [text(JSON.stringify(args))] }),
  );
  server.registerTool(
    'test_header_parameter',
    { description: 'Has an argument that a header mirrors', inputSchema: fromJsonSchema(REGION) },
    ({ region }) => ({ content: [text(`Region: ${region}`)] }),
  );
}
