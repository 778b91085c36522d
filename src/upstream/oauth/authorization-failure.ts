/**
 * Why no token could be had: `consent` when a person must log in again, `refused` when the authorization server will not
 * have it so, `unreachable` when it may go better later. The message is our own: it names no address and repeats nothing
 * that came from outside.
 */
export class AuthorizationFailure extends Error {
  readonly kind: 'consent' | 'refused' | 'unreachable';

  constructor(kind: AuthorizationFailure['kind'], message: string) {
    super(message);
    this.name = 'AuthorizationFailure';
    this.kind = kind;
  }
}
