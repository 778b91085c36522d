import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonRpcMessage } from './message.ts';
import { checkMirrorHeaders } from './mirror-headers.ts';

const request = (method: string, params?: JsonObject): JsonRpcMessage => ({
  kind: 'request',
  id: 4,
  method,
  params,
});
const check = (message: JsonRpcMessage, headers: Record<string, string>) =>
  checkMirrorHeaders(message, (name) => new Map(Object.entries(headers)).get(name));
const call = request('tools/call', { name: 'run_report' });

describe('checkMirrorHeaders', () => {
  it.each([
    ['a call', call, { 'mcp-method': 'tools/call', 'mcp-name': 'run_report' }],
    ['whitespace around values', call, { 'mcp-method': ' tools/call', 'mcp-name': ' run_report\t' }],
    [
      'an encoded name',
      request('tools/call', { name: 'ż' }),
      { 'mcp-method': 'tools/call', 'mcp-name': '=?base64?xbw=?=' },
    ],
    ['a prompt', request('prompts/get', { name: 'p' }), { 'mcp-method': 'prompts/get', 'mcp-name': 'p' }],
    [
      'a resource',
      request('resources/read', { uri: 'file:///a' }),
      { 'mcp-method': 'resources/read', 'mcp-name': 'file:///a' },
    ],
    ['a task', request('tasks/update', { taskId: 't1' }), { 'mcp-method': 'tasks/update', 'mcp-name': 't1' }],
    ['a method without a name', request('tools/list'), { 'mcp-method': 'tools/list' }],
    [
      'a bare notification',
      { kind: 'notification', method: 'notifications/cancelled', params: undefined } as const,
      {},
    ],
  ])('agrees on %s', (_, message, headers) => {
    expect(check(message, headers)).toBeUndefined();
  });

  it.each([
    ['no headers', call, {}],
    ['no Mcp-Method', call, { 'mcp-name': 'run_report' }],
    ['another method', call, { 'mcp-method': 'tools/list', 'mcp-name': 'run_report' }],
    ['the method in another case', call, { 'mcp-method': 'Tools/Call', 'mcp-name': 'run_report' }],
    ['an encoded method', call, { 'mcp-method': '=?base64?dG9vbHMvY2FsbA==?=', 'mcp-name': 'run_report' }],
    ['no Mcp-Name', call, { 'mcp-method': 'tools/call' }],
    ['an empty Mcp-Name', call, { 'mcp-method': 'tools/call', 'mcp-name': '' }],
    ['another name', call, { 'mcp-method': 'tools/call', 'mcp-name': 'delete_all' }],
    ['the name in another case', call, { 'mcp-method': 'tools/call', 'mcp-name': 'Run_Report' }],
    ['two names joined', call, { 'mcp-method': 'tools/call', 'mcp-name': 'run_report, run_report' }],
    ['a malformed name', call, { 'mcp-method': 'tools/call', 'mcp-name': '=?base64?cnVu?' }],
    ['an undecodable name', call, { 'mcp-method': 'tools/call', 'mcp-name': '=?base64?/w==?=' }],
    [
      'the name of a task',
      request('tasks/get', { taskId: 'a' }),
      { 'mcp-method': 'tasks/get', 'mcp-name': 'b' },
    ],
  ])('refuses %s with HTTP 400, -32020 and the id', (_, message, headers) => {
    expect(check(message, headers)).toMatchObject({ httpStatus: 400, code: -32020, id: 4 });
  });

  it.each([
    ['absent', undefined],
    ['a number', { name: 7 }],
    ['null', { name: null }],
  ])('refuses a call whose name is %s with -32602', (_, params) => {
    const headers = { 'mcp-method': 'tools/call', 'mcp-name': 'x' };
    expect(check(request('tools/call', params), headers)).toMatchObject({ httpStatus: 400, code: -32602 });
  });

  it('refuses a notification whose header contradicts it', () => {
    const message = { kind: 'notification', method: 'notifications/cancelled', params: undefined } as const;
    expect(check(message, { 'mcp-method': 'tools/call' })).toMatchObject({ code: -32020 });
  });
});
