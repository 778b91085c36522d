import type { ServerEntry, ToolEntry } from '#store';
import { inert, inertMarkdown } from './inert-text.ts';
import { blocks, bullets, codeBlock, steps } from './markdown.ts';
import { markup } from './markup.ts';
import { counted } from './phrases.ts';
import { policyBlock, policyText } from './policy-block.ts';
import type { PolicyVariant, StatedPolicy } from './policy-variants.ts';
import { prose, proseMarkdown } from './prose.ts';
import type { Section } from './section.ts';
import { tabs } from './tabs.ts';
import { serverPath } from './tool-list.ts';
import { notesOn } from './tool-questions.ts';

/** Where the policy of a server, or of one of its tools, is put in force. */
export function startPath(server: string, tool?: string): string {
  return tool === undefined ? `/app/start/${server}` : `/app/start/${server}/${tool}`;
}

/** The recommended policy with what to do with it. */
export function controlSection(
  { tool, server: { slug } }: ToolEntry,
  server: ServerEntry,
  recommended: StatedPolicy,
): Section {
  const start = startPath(slug, tool.slug);
  const note = notesOn(recommended).trim();
  const alone = refusesAll(recommended, server);
  const todo = [
    'Save the policy as `policy.json`, or take it into the builder.',
    'Start Toolgate with it, between your agents and the server: the next page has the configuration and the commands.',
    'Give your agents the address of the gateway and a grant in place of the server itself.',
  ];
  return {
    html: markup`<section aria-labelledby="rule"><h2 id="rule">How to control it</h2>
${policyBlock(recommended.policy, { id: 'policy', label: 'policy.json', effect: recommended.effect })}
${note !== '' && markup`<p class="muted small">${prose(note)}</p>`}
${alone !== undefined && markup`<p class="note">${prose(alone)} <a href="${serverPath(slug)}#policy">The policy for the whole server</a></p>`}
<ol class="steps">${todo.map((step) => markup`<li>${prose(step)}</li>`)}</ol>
<p class="actions"><a class="button" href="${start}">Put this policy in force</a></p>
</section>`,
    markdown: blocks(
      '## How to control it',
      codeBlock('json', policyText(recommended.policy)),
      `**Effect:** ${proseMarkdown(recommended.effect)}`,
      note !== '' && proseMarkdown(note),
      alone !== undefined && `${proseMarkdown(alone)} [The policy for the whole server](${serverPath(slug)})`,
      steps(todo.map(proseMarkdown)),
      `[Put this policy in force](${start})`,
    ),
  };
}

/** Said where a policy allows nothing at all of a server that has other tools too. */
function refusesAll({ policy }: StatedPolicy, { toolCount }: ServerEntry): string | undefined {
  const allows = Object.values(policy.tools ?? {}).length > 0;
  if (allows || policy.default === 'allow' || toolCount === 1) return undefined;
  return `By itself this policy leaves nothing of the server to use: \`"default": "deny"\` refuses the other ${counted(toolCount - 1, 'tool')} too, for no rule allows ${toolCount === 2 ? 'it' : 'them'}. To keep what agents need, start from the policy for the whole server.`;
}

/** Other rules for the tool, one at a time. */
export function variantsSection(variants: readonly PolicyVariant[]): Section | undefined {
  if (variants.length === 0) return undefined;
  return {
    html: markup`<section aria-labelledby="variants"><h2 id="variants">Other rules for it</h2>
${tabs(
  'variant',
  'Each is a whole policy, checked by the engine.',
  variants.map((variant) => ({
    id: variant.id,
    label: variant.label,
    body: markup`<p>${prose(variant.when)}</p>
${policyBlock(variant.policy, { id: `policy-${variant.id}`, label: `${variant.id}.json`, effect: `${variant.effect}${notesOn(variant)}` })}
${variant.findings.map(({ message }) => markup`<p class="note">The linter says: ${inert(message)}</p>`)}`,
  })),
)}</section>`,
    markdown: blocks(
      '## Other rules for it',
      ...variants.flatMap((variant) => [
        `### ${variant.label}`,
        proseMarkdown(variant.when),
        codeBlock('json', policyText(variant.policy)),
        `**Effect:** ${proseMarkdown(`${variant.effect}${notesOn(variant)}`)}`,
        bullets(variant.findings.map(({ message }) => `The linter says: ${inertMarkdown(message)}`)),
      ]),
    ),
  };
}
