/**
 * fluentcrm/: an MCP server for FluentCRM, and a look-alike of FluentCRM to try it on. It imports nothing else of ours.
 *
 * It guarantees that arguments are checked before anything is sent, that a request holds only constants of ours and
 * checked values (never an argument by its own name), that no credential, HTML or SQL reaches the agent or the log, and
 * that every failure says what to do. Nothing but a GET is ever sent twice. Without an answer of the CRM a call fails.
 */
export { createApiClient, type ApiClient } from './api-client.ts';
export type { ApiAnswer, ApiRequest, ApiTransport, Credentials } from './api-transport.ts';
export { httpTransport, type HttpTransportOptions } from './http-transport.ts';
export { serveOverHttp, type HttpService } from './http.ts';
export { createSandbox, sandboxTransport, serveSandbox, type Sandbox } from './sandbox/index.ts';
export { createServerFactory, FAILURE_META_KEY, listTools, type ServerOptions } from './server.ts';
export type { Language } from './tool-text.ts';
