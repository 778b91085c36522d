import { describe, expect, it } from 'vitest';
import {
  errorAnswer,
  methodNotFound,
  offeringNotFound,
  offeringRefusal,
  refusalAnswer,
  resultAnswer,
  toolRefusal,
  unknownTool,
} from './answers.ts';

/** As it goes over the wire. */
const wire = (body: unknown): unknown => JSON.parse(JSON.stringify(body));

describe('answers', () => {
  it('carry the id as it came', () => {
    expect(wire(resultAnswer('1', {}))).toEqual({ jsonrpc: '2.0', id: '1', result: {} });
    expect(wire(errorAnswer(1, -32603, 'broken'))).toEqual({
      jsonrpc: '2.0',
      id: 1,
      error: { code: -32603, message: 'broken' },
    });
    expect(wire(errorAnswer(0, 7, 'x', { a: 1 }))).toEqual({
      jsonrpc: '2.0',
      id: 0,
      error: { code: 7, message: 'x', data: { a: 1 } },
    });
  });

  it('say null where no id could be read', () => {
    expect(wire(errorAnswer(undefined, -32700, 'Parse error'))).toMatchObject({ id: null });
  });

  it('say of a resource that is hidden or missing what the era says of a missing one', () => {
    const resource = { kind: 'resource', name: 'x://a' } as const;
    const error = { message: 'Resource not found', data: { uri: 'x://a' } };
    expect(wire(offeringNotFound(1, 'legacy', resource))).toMatchObject({
      error: { code: -32002, ...error },
    });
    expect(wire(offeringNotFound(1, 'modern', resource))).toMatchObject({
      error: { code: -32602, ...error },
    });
    for (const era of ['legacy', 'modern'] as const)
      expect(wire(offeringNotFound(1, era, { kind: 'prompt', name: 'p' }))).toEqual({
        jsonrpc: '2.0',
        id: 1,
        error: { code: -32602, message: 'Unknown prompt: p' },
      });
  });

  it('refuse what can be seen with an error that holds the decision', () => {
    expect(wire(offeringRefusal(1, 'No.', { rule: '/prompts/names/p/action', policy: 'q' }))).toEqual({
      jsonrpc: '2.0',
      id: 1,
      error: {
        code: -32602,
        message: '[POLICY DENIED] No.',
        data: { 'io.toolgate/decision': { rule: '/prompts/names/p/action', policy: 'q' } },
      },
    });
  });

  it('refuse a visible tool with a result that the model reads', () => {
    const meta = { rule: '/tools/x/limits/c', policy: 'p', version: '3', retryAfterMs: 7000 };
    expect(wire(toolRefusal(5, 'legacy', '[POLICY DENIED] No.', meta))).toEqual({
      jsonrpc: '2.0',
      id: 5,
      result: {
        content: [{ type: 'text', text: '[POLICY DENIED] No.' }],
        isError: true,
        _meta: { 'io.toolgate/decision': meta },
      },
    });
  });

  it('say in modern that the result is complete', () => {
    expect(wire(toolRefusal(5, 'modern', 'No.', { rule: '(default deny)', policy: undefined }))).toEqual({
      jsonrpc: '2.0',
      id: 5,
      result: {
        resultType: 'complete',
        content: [{ type: 'text', text: 'No.' }],
        isError: true,
        _meta: { 'io.toolgate/decision': { rule: '(default deny)' } },
      },
    });
  });

  it('leave _meta away when there is nothing to say', () => {
    expect(wire(toolRefusal(5, 'legacy', 'No.'))).toEqual({
      jsonrpc: '2.0',
      id: 5,
      result: { content: [{ type: 'text', text: 'No.' }], isError: true },
    });
  });

  it.each(['delete_all', '__proto__', 'echo '])('know no tool %j', (name) => {
    expect(wire(unknownTool(1, name))).toEqual({
      jsonrpc: '2.0',
      id: 1,
      error: { code: -32602, message: `Unknown tool: ${name}` },
    });
  });

  it('answer an unknown method with 404 in modern and 200 in legacy', () => {
    const body = { jsonrpc: '2.0', id: 1, error: { code: -32601, message: 'Method not found' } };
    expect(methodNotFound(1, 'modern')).toEqual({ httpStatus: 404, body });
    expect(methodNotFound(1, 'legacy')).toEqual({ httpStatus: 200, body });
  });

  it('turn a refusal into status and body', () => {
    const refusal = {
      httpStatus: 400,
      code: -32022,
      message: 'Unsupported',
      data: { supported: [] },
      id: 'a',
    };
    expect(refusalAnswer(refusal)).toEqual({
      httpStatus: 400,
      body: {
        jsonrpc: '2.0',
        id: 'a',
        error: { code: -32022, message: 'Unsupported', data: { supported: [] } },
      },
    });
  });
});
