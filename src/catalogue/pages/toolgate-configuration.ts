import type { PolicyDocument } from '#policy';
import type { StartCommand } from './client-blocks.ts';

/** Names in the configuration that a page offers. */
export const POLICY_NAME = 'main';
const LABEL = 'agent';

/** File of the grant token in the data folder; the gateway makes it when it is missing. */
export function grantFileOf(id: string): string {
  return `${id}-grant.token`;
}

/**
 * A whole `toolgate.json` for one server under one policy, with a grant. Secrets come from the environment of the gateway,
 * by the names that the server itself uses.
 */
export function toolgateConfiguration(start: StartCommand, policy: PolicyDocument): object {
  const { id, command, args, environment } = start;
  return {
    servers: {
      [id]: {
        command,
        args,
        ...(environment.length > 0 && {
          env: Object.fromEntries(environment.map((name) => [name, `\${${name}}`])),
        }),
        policies: { [POLICY_NAME]: policy },
      },
    },
    grants: [{ label: LABEL, server: id, policy: POLICY_NAME, token: { file: grantFileOf(id) } }],
  };
}
