import {
  InsecureTokenEndpointError,
  IssuerMismatchError,
  OAuthError,
  RegistrationRejectedError,
} from '@modelcontextprotocol/client';
import { AuthorizationFailure } from './authorization-failure.ts';

/** Nothing that an authorization server wrote leaves this folder in an error: it may repeat what it was sent. */
export async function explained<T>(work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explain(error);
  }
}

function explain(error: unknown): AuthorizationFailure {
  if (error instanceof AuthorizationFailure) return error;
  if (error instanceof IssuerMismatchError) {
    const what = error.kind === 'metadata' ? 'the metadata' : 'the answer to the login';
    return new AuthorizationFailure(
      'refused',
      `${what} is not from the authorization server that was asked (issuer)`,
    );
  }
  if (error instanceof InsecureTokenEndpointError)
    return new AuthorizationFailure('refused', 'the token endpoint of the authorization server is not https');
  if (error instanceof RegistrationRejectedError) {
    return new AuthorizationFailure(
      'refused',
      `the authorization server did not register the client (HTTP ${error.status})`,
    );
  }
  if (error instanceof OAuthError) {
    const code = /^[a-z_]{1,40}$/.test(error.code) ? error.code : 'unknown error';
    if (code === 'invalid_grant')
      return new AuthorizationFailure('consent', 'the authorization server ended the access');
    const isPassing = ['server_error', 'temporarily_unavailable', 'too_many_requests'].includes(code);
    return new AuthorizationFailure(
      isPassing ? 'unreachable' : 'refused',
      `the authorization server answered with ${code}`,
    );
  }
  return new AuthorizationFailure(
    'refused',
    'the authorization server answered in a way that cannot be used',
  );
}
