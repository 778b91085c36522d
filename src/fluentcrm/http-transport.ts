import { CrmFailure } from './api-errors.ts';
import type { ApiTransport, Credentials } from './api-transport.ts';

export type HttpTransportOptions = {
  /** The base of the REST API without a trailing slash, e.g. `https://crm.example.com/wp-json/fluent-crm/v2`. */
  readonly baseUrl: string;
  readonly credentials: Credentials;
  readonly timeoutMs?: number;
  readonly maxBytes?: number;
};

const DEFAULT_TIMEOUT_MS = 15_000;
const DEFAULT_MAX_BYTES = 8 * 1024 * 1024;

/**
 * A transport over HTTP with Basic authentication (a WordPress application password). It follows no redirect, gives up
 * after `timeoutMs` and reads at most `maxBytes` of an answer.
 */
export function httpTransport(options: HttpTransportOptions): ApiTransport {
  const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const maxBytes = options.maxBytes ?? DEFAULT_MAX_BYTES;
  const { username, password } = options.credentials;
  const authorization = `Basic ${Buffer.from(`${username}:${password}`, 'utf8').toString('base64')}`;
  return async (request) => {
    const search = new URLSearchParams(
      request.query.map(([name, value]): [string, string] => [name, value]),
    ).toString();
    const url = `${options.baseUrl}${request.path}${search === '' ? '' : `?${search}`}`;
    try {
      const response = await fetch(url, {
        method: request.method,
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
        headers: {
          accept: 'application/json',
          authorization,
          ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      });
      const body = await readLimited(response, maxBytes);
      return { status: response.status, contentType: response.headers.get('content-type') ?? '', body };
    } catch (error) {
      throw failureOfFetch(error, timeoutMs);
    }
  };
}

async function readLimited(response: Response, maxBytes: number): Promise<string> {
  if (response.body === null) return '';
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body) {
    size += chunk.byteLength;
    if (size > maxBytes) {
      // Leaving the loop cancels the stream, so that the rest is not downloaded.
      throw new CrmFailure(
        'too_large',
        `FluentCRM's answer is larger than ${Math.floor(maxBytes / 1024)} KiB. Ask for fewer items (per_page).`,
      );
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function failureOfFetch(error: unknown, timeoutMs: number): CrmFailure {
  if (error instanceof CrmFailure) return error;
  if (error instanceof Error && error.name === 'TimeoutError') {
    return new CrmFailure(
      'timeout',
      `FluentCRM did not answer within ${timeoutMs / 1000} seconds. A change may have been made all the same: look before trying again.`,
      { retryable: true },
    );
  }
  // The cause may name the host and port, never the credentials; its code alone says enough.
  const cause = error instanceof Error ? error.cause : undefined;
  const code =
    cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? ` (${cause.code})` : '';
  return new CrmFailure(
    'unreachable',
    `FluentCRM cannot be reached${code}. Check FLUENTCRM_API_URL and the network.`,
    {
      retryable: true,
    },
  );
}
