import { createApiClient } from './api-client.ts';
import { CrmFailure } from './api-errors.ts';
import type { ApiAnswer, ApiRequest, ApiTransport } from './api-transport.ts';
import { createSandbox, sandboxTransport, type Role } from './sandbox/index.ts';
import type { Outcome } from './tool.ts';
import { TOOLS } from './tools.ts';

export type SandboxCrm = {
  /** Calls a tool by its name without prefix; a failure is thrown. */
  call(name: string, args?: unknown): Promise<Outcome>;
  /** Calls a tool and gives the failure that it must end with. */
  failure(name: string, args?: unknown): Promise<CrmFailure>;
  /** Every request that left, as "METHOD /path". */
  readonly sent: string[];
  readonly requests: ApiRequest[];
  readonly log: string[];
};

export type SandboxCrmOptions = {
  readonly role?: Role;
  readonly pro?: boolean;
  /** Answers instead of the look-alike; undefined lets a request through. */
  readonly fault?: (request: ApiRequest) => ApiAnswer | undefined;
};

/** The tools over a look-alike of their own, with a record of what they sent. For tests only. */
export function openSandboxCrm(options: SandboxCrmOptions = {}): SandboxCrm {
  const inner = sandboxTransport(createSandbox({ pro: options.pro ?? false }), options.role);
  const requests: ApiRequest[] = [];
  const sent: string[] = [];
  const log: string[] = [];
  const transport: ApiTransport = async (request) => {
    requests.push(request);
    sent.push(`${request.method} ${request.path}`);
    return options.fault?.(request) ?? inner(request);
  };
  const api = createApiClient(transport, (line) => log.push(line));

  async function call(name: string, args: unknown = {}): Promise<Outcome> {
    const tool = TOOLS.find((candidate) => candidate.name === `fluentcrm_${name}`);
    if (tool === undefined) throw new Error(`there is no tool fluentcrm_${name}`);
    return tool.call(args, api);
  }

  return {
    call,
    failure: async (name, args) => {
      try {
        await call(name, args);
      } catch (error) {
        if (error instanceof CrmFailure) return error;
        throw error;
      }
      throw new Error(`fluentcrm_${name} was expected to fail`);
    },
    requests,
    sent,
    log,
  };
}
