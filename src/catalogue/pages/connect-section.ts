import type { CatalogueServerFacts } from '#store';
import {
  gatewayBlocks,
  proxyCommandOf,
  startCommandOf,
  stdioBlocks,
  wrapped,
  type ClientBlock,
  type StartCommand,
} from './client-blocks.ts';
import { blocks, codeBlock } from './markdown.ts';
import { markup } from './markup.ts';
import type { Html } from './page.ts';
import { codeFigure } from './policy-block.ts';
import type { Section } from './section.ts';
import { tabs } from './tabs.ts';

const THROUGH =
  'Each block starts the server behind Toolgate: save the policy of this page, write its path into the block, and every call passes it.';
const DIRECT = 'Without a policy. Every tool of the server can be called as often as an agent likes.';
const PLACEHOLDERS = 'Values that begin with YOUR_ are yours to fill in.';

/** How to connect common clients: through Toolgate, and directly. */
export function connectSection(facts: CatalogueServerFacts): Section | undefined {
  const start = startCommandOf(facts);
  if (start === undefined) return undefined;
  const governed = stdioBlocks(wrapped(start));
  const direct = stdioBlocks(start);
  const proxy = proxyCommandOf(start);
  const note = start.environment.length > 0 ? ` ${PLACEHOLDERS}` : '';
  return {
    html: markup`<section aria-labelledby="connect"><h2 id="connect">Connect a client</h2>
<p>${THROUGH}${note}</p>
${clientTabs('through', 'With the policy', governed)}
<p>Or over HTTP at <code>http://127.0.0.1:8750/mcp/</code>, for clients that take an address:</p>
${codeFigure(proxy, { id: 'proxy', label: 'terminal' })}
<details class="more"><summary>Directly, without Toolgate</summary><p>${DIRECT}${note}</p>
${clientTabs('direct', 'Without a policy', direct)}</details></section>`,
    markdown: blocks(
      '## Connect a client',
      `${THROUGH}${note}`,
      blocksMarkdown(governed),
      'Or over HTTP:',
      codeBlock('sh', proxy),
      '### Directly, without Toolgate',
      `${DIRECT}${note}`,
      blocksMarkdown(direct),
    ),
  };
}

/** Blocks for clients that reach a server of the gateway. */
export function gatewayClients({ id }: StartCommand): Section {
  const clients = gatewayBlocks(id);
  return { html: clientTabs('client', 'Your client', clients), markdown: blocksMarkdown(clients) };
}

function clientTabs(name: string, legend: string, clients: readonly ClientBlock[]): Html {
  return tabs(
    name,
    legend,
    clients.map(({ client, place, text }) => {
      const id = client.toLowerCase().replaceAll(/[^a-z]+/g, '-');
      return { id, label: client, body: codeFigure(text, { id: `${name}-${id}-text`, label: place }) };
    }),
  );
}

function blocksMarkdown(clients: readonly ClientBlock[]): string {
  return blocks(
    ...clients.flatMap(({ client, place, language, text }) => [
      `**${client}** (${place})`,
      codeBlock(language, text),
    ]),
  ).trimEnd();
}
