import { isJsonObject } from '#mcp';
import { newId, type Clock } from '#platform';
import type { Records } from '#records';
import type { AgentRequest } from './agent-request.ts';
import type { Answer } from './answer.ts';
import type { Directory } from './directory.ts';

interface RefusalDeps {
  readonly clock: Clock;
  readonly records: Records;
  readonly directory: Directory;
}

/** Keeps the record of a request that was refused for how it is said, before anything was known of it. */
export async function recordRefusal(
  request: AgentRequest,
  answer: Answer,
  { clock, records, directory }: RefusalDeps,
): Promise<void> {
  const error = answer.message?.['error'];
  const policy = directory.policyOf(request.grant);
  await records.deny({
    id: newId('dec', clock.now()),
    at: clock.now(),
    requestId: request.id,
    server: request.server.id,
    grantId: request.grant.id,
    grantLabel: request.grant.label,
    method: '',
    tool: undefined,
    revision: request.header('mcp-protocol-version') ?? '',
    transport: request.transport,
    policy: policy?.name,
    policyVersion: policy?.version,
    outcome: 'refused',
    enforced: true,
    rule: '(protocol)',
    message:
      isJsonObject(error) && typeof error['message'] === 'string'
        ? error['message']
        : `HTTP ${answer.status}`,
    argumentKeys: [],
  });
  request.observation.decided('refused', '(protocol)', policy);
}
