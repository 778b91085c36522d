export interface ReadyServer {
  readonly id: string;
  /** Address of the server behind the gateway, e.g. `http://127.0.0.1:8750/mcp/fluentcrm/`. */
  readonly url: string;
  readonly grants: readonly ReadyGrant[];
}

export interface ReadyGrant {
  readonly label: string;
  /** Its token where that is at hand; others are only named. */
  readonly token: string | undefined;
}

/** Command lines that work as they are printed. */
export interface ReadyCommands {
  /** Runs the demo agent, where the shipped example is served. */
  readonly demo: string | undefined;
  readonly logs: string;
  /** Where the catalogue is looked at, where it is served. */
  readonly pages: string | undefined;
  /** Where people administer it, where that is served. */
  readonly dashboard: string | undefined;
  /** What the first to sign up there has to know; undefined where nothing, or once somebody has. */
  readonly setupCode: string | undefined;
}

/** Of each server, without their tokens: thousands of lines that help nobody would hide those that do. */
const MOST_NAMED = 10;

/** What is printed once the gateway can serve: addresses, grants, a block to paste, and lines that try it and watch it. */
export function readyText(base: string, servers: readonly ReadyServer[], commands: ReadyCommands): string {
  const lines = [`Toolgate is ready on ${base}`, ''];
  for (const server of servers) {
    lines.push(`  ${server.id}  ${server.url}`);
    const shown = server.grants.filter(({ token }, index) => token !== undefined || index < MOST_NAMED);
    for (const grant of shown)
      lines.push(`    grant ${grant.label}: ${grant.token ?? '(shown when it was minted)'}`);
    const more = server.grants.length - shown.length;
    if (more > 0) lines.push(`    and ${more} more`);
  }
  const first = servers.find((server) => server.grants.some((grant) => grant.token !== undefined));
  const grant = first?.grants.find((entry) => entry.token !== undefined);
  if (first && grant?.token !== undefined) {
    const block = {
      mcpServers: {
        [first.id]: { type: 'http', url: first.url, headers: { Authorization: `Bearer ${grant.token}` } },
      },
    };
    lines.push('', 'Paste this into your MCP client:', '', JSON.stringify(block, null, 2));
    if (commands.demo !== undefined) {
      lines.push('', 'Or watch a demo agent run into the policy:', '', `  ${commands.demo}`);
    }
  }
  if (commands.pages !== undefined)
    lines.push(
      '',
      'Look up what agents could do with a server, and which rule to put on it:',
      '',
      `  ${commands.pages}`,
    );
  if (commands.dashboard !== undefined)
    lines.push(
      '',
      'Add servers, write policies, answer what is held (who signs up first administers it):',
      '',
      `  ${commands.dashboard}`,
      ...(commands.setupCode === undefined
        ? []
        : [`  setup code for the first account: ${commands.setupCode}`]),
    );
  lines.push('', 'See what was decided:', '', `  ${commands.logs}`, '');
  return lines.join('\n');
}
