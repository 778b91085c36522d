import { describe, expect, it } from 'vitest';
import {
  canOpenUrls,
  urlElicitationRequired,
  urlInputRequired,
  withoutInputResponse,
} from './url-elicitation.ts';

const page = { url: 'https://gate.example/app/approvals/apr_1', message: 'Agree to the call' };
const meta = { rule: '/tools/pay/action', policy: 'rules', version: '3' };
const approval = { id: 'apr_1', url: page.url, expiresAt: '2026-01-01T00:00:00.000Z' };

describe('a client that can open addresses', () => {
  it.each([
    [{ elicitation: { url: {} } }, true],
    [{ elicitation: { form: {}, url: {} } }, true],
    [{ elicitation: {} }, false],
    [{ elicitation: { form: {} } }, false],
    [{ elicitation: { url: true } }, false],
    [{ url: {} }, false],
    [[], false],
    ['elicitation', false],
    [undefined, false],
  ])('is known by what it declares: %j', (capabilities, expected) => {
    expect(canOpenUrls(capabilities)).toBe(expected);
  });
});

describe('asking for a page', () => {
  it('is an error up to 2025-11-25, with an id for the question', () => {
    expect(urlElicitationRequired('a', '[APPROVAL REQUIRED] Wait.', page, meta, approval)).toEqual({
      jsonrpc: '2.0',
      id: 'a',
      error: {
        code: -32042,
        message: '[APPROVAL REQUIRED] Wait.',
        data: {
          elicitations: [{ mode: 'url', elicitationId: 'apr_1', ...page }],
          'io.toolgate/decision': meta,
          'io.toolgate/approval': approval,
        },
      },
    });
  });

  it('is a result that wants input since 2026-07-28, without an id and without a state', () => {
    expect(urlInputRequired(1, 'io.toolgate/approval', page, meta, approval)).toEqual({
      jsonrpc: '2.0',
      id: 1,
      result: {
        resultType: 'input_required',
        inputRequests: {
          'io.toolgate/approval': { method: 'elicitation/create', params: { mode: 'url', ...page } },
        },
        _meta: { 'io.toolgate/decision': meta, 'io.toolgate/approval': approval },
      },
    });
  });
});

describe('the answer to a question of ours', () => {
  it('is taken out, and answers to others stay', () => {
    const params = {
      name: 'pay',
      inputResponses: { ours: { action: 'accept' }, theirs: { action: 'cancel' } },
    };
    expect(withoutInputResponse(params, 'ours')).toEqual({
      name: 'pay',
      inputResponses: { theirs: { action: 'cancel' } },
    });
  });

  it('takes the emptied list with it', () => {
    const params = { name: 'pay', inputResponses: { ours: { action: 'accept' } } };
    expect(withoutInputResponse(params, 'ours')).toEqual({ name: 'pay' });
  });

  it.each([
    [{ name: 'pay' }],
    [{ name: 'pay', inputResponses: { theirs: {} } }],
    [{ name: 'pay', inputResponses: ['ours'] }],
    [{ name: 'pay', inputResponses: 'ours' }],
  ])('that is not there changes nothing: %j', (params) => {
    expect(withoutInputResponse(params, 'ours')).toBe(params);
  });
});
