/**
 * Everything that speaks to authorization servers, through the official client's functions. It is loaded when a server
 * with OAuth is used, and not before.
 */
export { computeScopeUnion, isStrictScopeSuperset } from '@modelcontextprotocol/client';
export { discover, readChallenge, scopeOf, type Discovered } from './discovery.ts';
export { checkResponseIssuer, identifyClient, startLogin } from './login-request.ts';
export { redeemCode, refreshTokens, requestMachineTokens, revokeTokens, serverOf } from './token-requests.ts';
