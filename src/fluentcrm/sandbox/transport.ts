import type { ApiTransport } from '../api-transport.ts';
import { ACCOUNTS, type Role } from './account.ts';
import type { Sandbox } from './sandbox.ts';

/** A transport into a look-alike in the same process, as one of its users. */
export function sandboxTransport(sandbox: Sandbox, role: Role = 'administrator'): ApiTransport {
  return async (request) => sandbox({ ...request, credentials: ACCOUNTS[role] });
}
