import { randomBytes } from 'node:crypto';
import type { ApiAnswer, ApiRequest } from './api-transport.ts';
import { permissionFor } from './api-permissions.ts';

/** What went wrong, in one word a program can branch on. */
export type FailureCode =
  | 'invalid_arguments'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'route_missing'
  | 'needs_pro'
  | 'rejected'
  | 'wrong_state'
  | 'rate_limited'
  | 'crm_failed'
  | 'unexpected_answer'
  | 'redirected'
  | 'too_large'
  | 'unreachable'
  | 'timeout';

export type FailureDetails = {
  readonly httpStatus?: number | undefined;
  /** The argument or API field that is at fault. */
  readonly field?: string | undefined;
  /** Whether the same call may succeed later without any change. */
  readonly retryable?: boolean | undefined;
  /** Facts about the failure beyond the message, e.g. the campaign's state or the steps that were done. */
  readonly facts?: Readonly<Record<string, unknown>> | undefined;
};

/** An expected failure of a tool call. Its message is safe to show: no HTML, no SQL, no credentials. */
export class CrmFailure extends Error {
  readonly code: FailureCode;
  readonly httpStatus: number | undefined;
  readonly field: string | undefined;
  readonly retryable: boolean;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(code: FailureCode, message: string, details: FailureDetails = {}) {
    super(message);
    this.name = 'CrmFailure';
    this.code = code;
    this.httpStatus = details.httpStatus;
    this.field = details.field;
    this.retryable = details.retryable ?? false;
    this.facts = details.facts ?? {};
  }
}

const NOUNS: Readonly<Record<string, string>> = {
  subscribers: 'contact',
  tags: 'tag',
  lists: 'list',
  campaigns: 'campaign',
  templates: 'email template',
  funnels: 'automation',
  webhooks: 'webhook',
  'smart-links': 'smart link',
};

const MAX_MESSAGE = 300;
const MAX_FIELDS = 10;

/** The failure that says that something with this id does not exist, e.g. `notFound('tag', [9])`. */
export function notFound(noun: string, ids: readonly number[], details: FailureDetails = {}): CrmFailure {
  const message =
    ids.length === 1
      ? `The ${noun} ${ids[0]} does not exist.`
      : `These ${noun}s do not exist: ${ids.join(', ')}.`;
  return new CrmFailure('not_found', message, details);
}

/**
 * Turns an answer of the API that is not a 2xx into a failure.
 * @param log receives one line for failures of the CRM itself, with the reference that the agent sees
 */
export function failureOf(request: ApiRequest, answer: ApiAnswer, log: (line: string) => void): CrmFailure {
  const { status } = answer;
  const body = parseObject(answer);
  if (status === 401) return unauthenticated();
  if (status === 403) return forbidden(request);
  if (status === 404) return missing(request, body);
  if (status === 422) return rejected(request, body);
  if (status >= 300 && status < 400) return redirected(status);
  if (status === 429) {
    return new CrmFailure(
      'rate_limited',
      'The site refuses more requests for now. Wait a minute and try again.',
      {
        httpStatus: status,
        retryable: true,
      },
    );
  }
  return failed(request, answer, log);
}

/** Text of the API made safe for an agent: no markup, one line, at most 300 characters, a full stop at its end. */
export function plainSentence(text: string): string {
  const line = text
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  if (line.length > MAX_MESSAGE) return `${line.slice(0, MAX_MESSAGE)}…`;
  return /[.!?…]$/.test(line) ? line : `${line}.`;
}

function unauthenticated(): CrmFailure {
  return new CrmFailure(
    'unauthenticated',
    'FluentCRM did not accept the credentials. Check FLUENTCRM_API_USERNAME and FLUENTCRM_API_PASSWORD (a WordPress application password).',
    { httpStatus: 401 },
  );
}

function forbidden(request: ApiRequest): CrmFailure {
  const permission = permissionFor(request.method, request.path);
  const needed = permission === undefined ? '' : ` It needs the permission ${permission}.`;
  return new CrmFailure(
    'forbidden',
    `The WordPress user of this server may not do this.${needed} Without FluentCRM Pro only WordPress administrators may use the API.`,
    { httpStatus: 403, facts: permission === undefined ? {} : { permission } },
  );
}

function missing(request: ApiRequest, body: Readonly<Record<string, unknown>> | undefined): CrmFailure {
  const [, family = '', id] = request.path.split('/');
  if (body === undefined || body['code'] === 'rest_no_route') {
    return new CrmFailure(
      'route_missing',
      'The site has no such FluentCRM route. Check FLUENTCRM_API_URL, and that FluentCRM is installed and active.',
      { httpStatus: 404 },
    );
  }
  return notFound(NOUNS[family] ?? 'object', [Number(id)], { httpStatus: 404 });
}

function rejected(request: ApiRequest, body: Readonly<Record<string, unknown>> | undefined): CrmFailure {
  const message = body?.['message'];
  if (message === 'Subscriber not found') {
    return notFound('contact', [Number(request.path.split('/')[2])], { httpStatus: 422 });
  }
  if (typeof message === 'string') {
    return new CrmFailure('rejected', plainSentence(message), { httpStatus: 422 });
  }
  const faults = Object.entries(body ?? {}).flatMap(([field, rules]) =>
    textsOf(rules).map((text) => ({ field, text: plainSentence(`${field}: ${text}`) })),
  );
  if (faults.length === 0) {
    return new CrmFailure('rejected', 'FluentCRM refused the request and gave no reason.', {
      httpStatus: 422,
    });
  }
  return new CrmFailure(
    'rejected',
    faults
      .slice(0, MAX_FIELDS)
      .map((fault) => fault.text)
      .join(' '),
    { httpStatus: 422, field: faults[0]?.field },
  );
}

function redirected(status: number): CrmFailure {
  return new CrmFailure(
    'redirected',
    'The site answers with a redirect, which is not followed. Set FLUENTCRM_API_URL to the final address (https, right host name).',
    { httpStatus: status },
  );
}

function failed(request: ApiRequest, answer: ApiAnswer, log: (line: string) => void): CrmFailure {
  const ref = randomBytes(4).toString('hex');
  log(
    `ref ${ref}: ${request.method} ${request.path} answered ${answer.status} (${answer.contentType}, ${answer.body.length} characters)`,
  );
  return new CrmFailure(
    'crm_failed',
    `FluentCRM failed (ref ${ref}). The error log of the WordPress site says why; nothing more is known here.`,
    { httpStatus: answer.status, retryable: [502, 503, 504].includes(answer.status), facts: { ref } },
  );
}

function parseObject(answer: ApiAnswer): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(answer.body);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** The validator's texts of one field: `{rule: text}`, `[text]` or plain text. */
function textsOf(rules: unknown): readonly string[] {
  if (typeof rules === 'string') return [rules];
  if (typeof rules !== 'object' || rules === null) return [];
  return Object.values(rules).filter((text) => typeof text === 'string');
}
