import type { PolicyDocument } from '#policy';
import type { ServerEntry, ToolEntry } from '#store';
import { shellLine, startCommandOf, type StartCommand } from './client-blocks.ts';
import { gatewayClients } from './connect-section.ts';
import { inertMarkdown } from './inert-text.ts';
import { blocks, codeBlock } from './markdown.ts';
import { markup } from './markup.ts';
import type { Html, PageContent } from './page.ts';
import { codeFigure, policyText } from './policy-block.ts';
import { recommendedFor, recommendedForServer, type StatedPolicy } from './policy-variants.ts';
import { named, prose, proseMarkdown } from './prose.ts';
import { crumbs, type Crumb, type Section } from './section.ts';
import { startPath } from './tool-control.ts';
import { plainName, serverPath, toolPath } from './tool-list.ts';
import { notesOn } from './tool-questions.ts';
import { grantFileOf, toolgateConfiguration } from './toolgate-configuration.ts';

/** What the page is made from: a server with all its tools, or with the one that the policy is for. */
export type StartFacts =
  | { readonly server: ServerEntry; readonly tools: readonly ToolEntry[]; readonly entry?: undefined }
  | { readonly server: ServerEntry; readonly entry: ToolEntry };

/** Lines of the field that holds a policy. */
const MOST_LINES = 28;

/** Where a policy is put in force: the policy to look over, the whole configuration, the commands, and what clients are given. */
export function startPage(facts: StartFacts): PageContent {
  const { server, entry } = facts;
  const { slug, name } = server.facts;
  const stated =
    facts.entry === undefined
      ? recommendedForServer(facts.tools)
      : recommendedFor(facts.entry, server.toolCount);
  const path = startPath(slug, entry?.tool.slug);
  const subject = entry === undefined ? named(name) : `${named(entry.tool.name)} on ${named(name)}`;
  const way: readonly Crumb[] = [
    { path: '/', label: 'Catalogue' },
    { path: serverPath(slug), label: plainName(name) },
    ...(entry === undefined ? [] : [{ path: toolPath(entry), label: plainName(entry.tool.name) }]),
    { path, label: 'Put in force' },
  ];
  const lead = `The policy for ${subject}, and all it takes until it holds.`;
  const parts = [policyStep(stated), ...forceSteps(startCommandOf(server.facts), stated.policy)];
  return {
    path,
    title: `Put a policy on ${plainName(entry?.tool.name ?? name)} in force`,
    description: `The policy, the configuration of the gateway and the block for your client, filled in for ${plainName(name)}.`,
    isPrivate: true,
    main: markup`${crumbs(way)}<h1>Put the policy in force</h1><p class="lead">${prose(lead)}</p>
${parts.map(({ title, section }, index) => markup`<section aria-labelledby="step-${index}"><h2 id="step-${index}">${index + 1}. ${title}</h2>${section.html}</section>`)}`,
    markdown: blocks(
      `# Put the policy in force: ${inertMarkdown(entry?.tool.name ?? name, 120)}`,
      proseMarkdown(lead),
      ...parts.flatMap(({ title, section }, index) => [`## ${index + 1}. ${title}`, section.markdown]),
    ),
  };
}

interface Step {
  readonly title: string;
  readonly section: Section;
}

function policyStep(stated: StatedPolicy): Step {
  const text = policyText(stated.policy);
  const effect = `${stated.effect}${notesOn(stated)}`;
  return {
    title: 'Look over the policy',
    section: {
      html: markup`<div class="code"><div class="code-head"><label class="code-label" for="policy">policy.json, yours to change</label><button class="copy" type="button" data-copy="policy" hidden>Copy<span class="visually-hidden"> policy.json</span></button></div>
<textarea class="code-text" id="policy" rows="${Math.min(MOST_LINES, text.split('\n').length + 1)}" spellcheck="false" autocomplete="off">${text}</textarea></div>
<p><strong>Effect as it stands:</strong> ${prose(effect)}</p>
<p>After a change, ask the engine again: <code>toolgate policy validate policy.json</code></p>`,
      markdown: blocks(codeBlock('json', text), `**Effect as it stands:** ${proseMarkdown(effect)}`),
    },
  };
}

function forceSteps(start: StartCommand | undefined, policy: PolicyDocument): readonly Step[] {
  if (start === undefined) return [unknownStart()];
  return [configurationStep(start, policy), commandStep(start), clientStep(start)];
}

function unknownStart(): Step {
  const text =
    'The record of this server does not say how it is started. Put the policy into a file and the server into the `toolgate.json` that you have.';
  return {
    title: 'Name it in your configuration',
    section: { html: markup`<p>${prose(text)}</p>`, markdown: proseMarkdown(text) },
  };
}

function configurationStep(start: StartCommand, policy: PolicyDocument): Step {
  const text = policyText(toolgateConfiguration(start, policy));
  const { environment } = start;
  const told =
    'The server at the version that was read, the policy, and a grant for one agent. The token of the grant is made at the start and kept in the data folder.';
  const variables =
    environment.length === 0
      ? ''
      : ` ${environment.length === 1 ? 'The variable' : 'The variables'} ${environment.map((name) => named(name, 60)).join(', ')} must be set where the gateway runs: the file holds no secret.`;
  return {
    title: 'Save the configuration',
    section: {
      html: markup`<p>${prose(`${told}${variables}`)}</p>${codeFigure(text, { id: 'configuration', label: 'toolgate.json' })}`,
      markdown: blocks(proseMarkdown(`${told}${variables}`), codeBlock('json', text)),
    },
  };
}

function commandStep({ id }: StartCommand): Step {
  const text = [
    shellLine(['toolgate', 'serve', '--config', 'toolgate.json', '--data', 'data']),
    '# in another terminal: the token that the agent is given',
    shellLine(['cat', `data/${grantFileOf(id)}`]),
  ].join('\n');
  const told =
    'A change of the file holds from the next call on; a faulty one leaves the policy before in force.';
  return {
    title: 'Start the gateway',
    section: {
      html: markup`${codeFigure(text, { id: 'commands', label: 'terminal' })}<p>${told}</p>`,
      markdown: blocks(codeBlock('sh', text), told),
    },
  };
}

function clientStep(start: StartCommand): Step {
  const clients = gatewayClients(start);
  const told =
    'The address of the gateway and the token in place of the server. Watch what is decided with `toolgate logs --data data --follow`.';
  const html: Html = markup`${clients.html}<p>${prose(told)}</p>`;
  return {
    title: 'Give it to your client',
    section: { html, markdown: blocks(clients.markdown, proseMarkdown(told)) },
  };
}
