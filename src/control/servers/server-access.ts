import type { Problem } from '../problem.ts';
import type { Access } from '../route.ts';

/** Who may look at servers, who may ask them something, who may register and change them, and who may accept definitions. */
export const READ = { kind: 'member', role: 'viewer', scope: 'servers:read' } as const satisfies Access;
export const ASK = {
  kind: 'member',
  role: 'policy_manager',
  scope: 'servers:write',
} as const satisfies Access;
export const WRITE = { kind: 'member', role: 'admin', scope: 'servers:write' } as const satisfies Access;
export const ACCEPT = {
  kind: 'member',
  role: 'policy_manager',
  scope: 'policies:write',
} as const satisfies Access;

export const TAG = 'Servers';

export const DECLARED: Problem = {
  status: 409,
  code: 'server.declared',
  detail: 'This server is declared in the configuration file of the gateway.',
  hint: 'The operator changes it there.',
};

export const UNREADABLE: Problem = {
  status: 503,
  code: 'server.unreadable',
  detail: 'The connection of this server cannot be decrypted.',
  hint: 'The operator puts the key back that it was encrypted with, or you register the server anew.',
};

/** The refusal when a server must be asked and does not answer. */
export function unavailable(reason: string): { readonly problem: Problem } {
  return {
    problem: {
      status: 502,
      code: 'server.unavailable',
      detail: `The server cannot be asked for its tools: ${reason}.`,
      hint: 'Check its connection, and try again.',
    },
  };
}
