/**
 * sandbox/: a look-alike of FluentCRM's REST API in the process, with made-up data and the quirks of the real one
 * (which shapes, states, codes and messages it answers with is pinned by a table of facts that the tests run).
 * Every look-alike has a state of its own; no mail is sent and nothing is written to disk.
 */
export { ACCOUNTS, type Account, type Role } from './account.ts';
export type { SandboxAnswer } from './answer.ts';
export { createSandbox, type Sandbox, type SandboxOptions, type SandboxRequest } from './sandbox.ts';
export { serveSandbox, type SandboxService } from './serve.ts';
export { sandboxTransport } from './transport.ts';
