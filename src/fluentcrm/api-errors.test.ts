import { describe, expect, it } from 'vitest';
import { failureOf, plainSentence } from './api-errors.ts';
import type { ApiMethod } from './api-transport.ts';

function fail(status: number, body: unknown, call = 'GET /campaigns/3') {
  const [method, path = ''] = call.split(' ');
  const lines: string[] = [];
  const failure = failureOf(
    { method: method as ApiMethod, path, query: [['search', 'private']] },
    { status, contentType: 'application/json', body: typeof body === 'string' ? body : JSON.stringify(body) },
    (line) => lines.push(line),
  );
  return { failure, lines };
}

const denied = {
  code: 'rest_forbidden',
  message: 'Sorry, you are not allowed to do that.',
  data: { status: 403 },
};
const html = '<!DOCTYPE html><html><body>critical error</body></html>';
const sql = { message: 'You have an error in your SQL syntax SELECT * FROM wp_fc_campaigns LIMIT -1' };

describe('a failure of the API', () => {
  it.each([
    { status: 401, body: denied, code: 'unauthenticated', text: 'application password' },
    { status: 403, body: denied, code: 'forbidden', text: 'fcrm_read_emails' },
    {
      status: 403,
      body: denied,
      call: 'POST /campaigns/3/pause',
      code: 'forbidden',
      text: 'fcrm_manage_emails',
    },
    {
      status: 403,
      body: denied,
      call: 'DELETE /tags/1',
      code: 'forbidden',
      text: 'fcrm_manage_contact_cats_delete',
    },
    { status: 403, body: html, call: 'GET /smart-links', code: 'forbidden', text: 'administrators' },
    {
      status: 404,
      body: { message: 'No query results for model [FluentCrm\\App\\Models\\Campaign].' },
      code: 'not_found',
      text: 'The campaign 3 does not exist.',
    },
    { status: 404, body: { code: 'rest_no_route' }, code: 'route_missing', text: 'FLUENTCRM_API_URL' },
    { status: 404, body: html, code: 'route_missing', text: 'FLUENTCRM_API_URL' },
    {
      status: 422,
      body: { message: 'Subscriber not found' },
      call: 'GET /subscribers/9',
      code: 'not_found',
      text: 'The contact 9 does not exist.',
    },
    {
      status: 422,
      body: { status: { required: 'The status field is required.' } },
      code: 'rejected',
      field: 'status',
      text: 'status: The status field is required.',
    },
    {
      status: 422,
      body: { email: { required: 'Email is needed', email: 'Email is odd' }, title: ['Title is long'] },
      code: 'rejected',
      field: 'email',
      text: 'email: Email is needed. email: Email is odd. title: Title is long.',
    },
    { status: 422, body: { message: 'Not <b>now</b>' }, code: 'rejected', text: 'Not now.' },
    { status: 422, body: html, code: 'rejected', text: 'gave no reason' },
    { status: 422, body: [], code: 'rejected', text: 'gave no reason' },
    { status: 423, body: sql, code: 'crm_failed', text: 'FluentCRM failed (ref ' },
    { status: 500, body: html, code: 'crm_failed', text: 'FluentCRM failed (ref ' },
    { status: 301, body: '', code: 'redirected', text: 'redirect' },
    { status: 429, body: '', code: 'rate_limited', text: 'Wait', retryable: true },
    { status: 503, body: html, code: 'crm_failed', text: 'ref', retryable: true },
  ])('$status becomes $code: $text', ({ status, body, call, code, text, field, retryable }) => {
    const { failure } = fail(status, body, call);
    expect(failure).toMatchObject({ code, httpStatus: status, retryable: retryable ?? false });
    expect(failure.field).toBe(field);
    expect(failure.message).toContain(text);
    expect(failure.message).not.toMatch(/[<>]|SELECT|wp_fc/);
  });

  it('of the CRM itself is logged with the reference that the agent sees, without parameters', () => {
    const { failure, lines } = fail(423, sql);
    const ref = String(failure.facts['ref']);
    expect(ref).toMatch(/^[0-9a-f]{8}$/);
    expect(failure.message).toContain(ref);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(`ref ${ref}: GET /campaigns/3 answered 423`);
    expect(lines[0]).not.toMatch(/private|SELECT/);
  });
});

describe('a text of the API', () => {
  it('loses markup and line breaks, and is cut', () => {
    expect(plainSentence('<p>Two\n lines</p>')).toBe('Two lines.');
    expect(plainSentence('x'.repeat(400))).toBe(`${'x'.repeat(300)}…`);
  });
});
