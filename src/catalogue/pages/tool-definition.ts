import type { CatalogueCategory, CatalogueEvidence, CatalogueTool, ServerEntry, ToolEntry } from '#store';
import type { ScannedTool } from '../scan/scan.ts';
import { inert, inertMarkdown } from './inert-text.ts';
import { blocks, bullets, codeSpan, table } from './markdown.ts';
import { markup, type Child } from './markup.ts';
import type { Html } from './page.ts';
import { categoryTitle, counted, dayOf, figure, languageName, levelTitle, signalInWords } from './phrases.ts';
import { prose, proseMarkdown } from './prose.ts';
import type { Section } from './section.ts';
import { plainName, serverPath } from './tool-list.ts';
import { classSentence, confidence } from './tool-questions.ts';

/** What these sections are made from. */
interface DefinitionFacts {
  readonly entry: ToolEntry;
  readonly server: ServerEntry;
  readonly definition: ScannedTool | undefined;
}

/** Longest description shown; what a model is made to read can be far longer. */
const LONGEST_DESCRIPTION = 2400;
const SHOWN_PARAMETERS = 60;
const SHORT_HASH = 12;

/** What the server itself says of the tool, in its own language and in English. */
export function definitionSection({ entry, definition }: DefinitionFacts): Section {
  const { tool } = entry;
  const text = definition?.description?.trim() ?? '';
  const english = inEnglish(tool);
  const missing =
    definition === undefined
      ? 'The catalogue keeps facts about definitions, not their text, and this machine does not have it.'
      : 'Its server gives it no description.';
  return {
    html: markup`<section aria-labelledby="says"><h2 id="says">What its server says of it</h2>
${hiddenWarning(tool)}
${
  text === ''
    ? markup`<p class="muted">${missing}</p>`
    : markup`<blockquote class="quoted" dir="auto"${langOf(tool)}>${inert(text, LONGEST_DESCRIPTION)}</blockquote>`
}
${english.length > 0 && markup`<h3>In English</h3><ul>${english.map((quote) => markup`<li>${translation(quote)}</li>`)}</ul>`}
</section>`,
    markdown: blocks(
      '## What its server says of it',
      tool.hasHiddenText === true && HIDDEN,
      text === '' ? missing : `> ${inertMarkdown(text, LONGEST_DESCRIPTION)}`,
      english.length > 0 && '### In English',
      bullets(
        english.map((quote) => `“${inertMarkdown(quote.quote)}”: ${inertMarkdown(quote.translation ?? '')}`),
      ),
    ),
  };
}

const HIDDEN =
  'The definition holds characters that a reader does not see. They are shown as marks here, and may be meant for the model alone.';

function hiddenWarning(tool: CatalogueTool): Child {
  return tool.hasHiddenText === true && markup`<p class="warn">${HIDDEN}</p>`;
}

function langOf({ language }: CatalogueTool): Child {
  return language !== undefined && /^[a-z]{2,3}$/.test(language) && markup` lang="${language}"`;
}

/** The translated quotes of prose, each translation once; one with a gap only where there is none without. */
function inEnglish(tool: CatalogueTool): readonly CatalogueEvidence[] {
  const translated = tool.evidence.filter(
    ({ source, translation }) =>
      translation !== undefined && (source === 'description' || source === 'title'),
  );
  const whole = translated.filter(({ translation }) => translation?.includes('…') !== true);
  const best = whole.length > 0 ? whole : translated;
  return [...new Map(best.toReversed().map((quote) => [quote.translation, quote])).values()].toReversed();
}

function translation({ quote, language, translation }: CatalogueEvidence): Html {
  return markup`<q>${inert(quote)}</q>${language !== undefined && ` (${languageName(language)})`} says that it ${inert(translation ?? '')}.`;
}

/** Why the tool has its class: the sentence, and the words of the definition that it rests on. */
export function evidenceSection(entry: ToolEntry): Section {
  const { tool } = entry;
  const words = tool.evidence.map(evidenceInWords);
  return {
    html: markup`<section aria-labelledby="why"><h2 id="why">Why it needs a policy</h2>
<p>${prose(classSentence(entry))} ${prose(tool.rationale)}</p><p>${STAKES[tool.category]}</p>
${
  words.length > 0 &&
  markup`<h3>Evidence in the definition</h3><ul class="evidence">${words.map(
    ({ quote, where, note }) =>
      markup`<li><q>${inert(quote)}</q> <span class="muted">${where}${note !== undefined && markup` · ${inert(note)}`}</span></li>`,
  )}</ul>`
}
</section>`,
    markdown: blocks(
      '## Why it needs a policy',
      `${proseMarkdown(classSentence(entry))} ${proseMarkdown(tool.rationale)}`,
      STAKES[tool.category],
      words.length > 0 && '### Evidence in the definition',
      bullets(
        words.map(
          ({ quote, where, note }) =>
            `“${inertMarkdown(quote)}” (${where}${note === undefined ? '' : `; ${inertMarkdown(note)}`})`,
        ),
      ),
    ),
  };
}

/** What is at stake with tools of a class when an agent calls them. */
const STAKES: Readonly<Record<CatalogueCategory, string>> = {
  read: 'Looking changes nothing. But what is read comes into the context of the model: it may be confidential, it may hold instructions of somebody else, and it costs. A rule says which agent may look at all.',
  write:
    'One change can be taken back; a few hundred in a minute are another matter. A limit keeps an agent at a pace that a person can follow.',
  execute:
    'What a call sets going goes on when the call is over, and its effect hangs on the arguments. A low limit leaves time to notice.',
  destructive:
    'No second call brings back what is gone, and an agent that misreads its task is as quick as one that does not. What it does not need is best out of its sight.',
  financial:
    'Money that has moved comes back only when the other side agrees. So a person should see each call before it runs.',
  unknown:
    'What nobody can tell from the definition, an agent cannot tell either. Until somebody has looked, caution costs little.',
};

const SOURCES: Readonly<Record<CatalogueEvidence['source'], string>> = {
  name: 'in the name',
  title: 'in the title',
  description: 'in the description',
  parameter: 'among the parameters',
  annotation: 'a hint that the server sets',
  sibling: 'another tool of the server',
};

function evidenceInWords({ source, quote, language, translation }: CatalogueEvidence): {
  readonly quote: string;
  readonly where: string;
  readonly note?: string;
} {
  if (translation === undefined) return { quote, where: SOURCES[source] };
  const from = language === undefined ? '' : `${languageName(language)}: `;
  return { quote, where: SOURCES[source], note: `${from}${translation}` };
}

/** The parameters with what each makes possible. */
export function parametersSection({ tool }: ToolEntry): Section {
  const shown = tool.parameters.slice(0, SHOWN_PARAMETERS);
  const left = tool.parameters.length - shown.length;
  const more = left > 0 ? `And ${counted(left, 'more parameter')}.` : '';
  if (shown.length === 0) {
    const none = 'It takes no arguments.';
    return {
      html: markup`<section aria-labelledby="parameters"><h2 id="parameters">Parameters</h2><p>${none}</p></section>`,
      markdown: blocks('## Parameters', none),
    };
  }
  const rows = shown.map((parameter) => ({
    ...parameter,
    needed: parameter.required === true ? 'required' : 'optional',
    signal: parameter.signal === undefined ? undefined : signalInWords(parameter.signal),
  }));
  return {
    html: markup`<section aria-labelledby="parameters"><h2 id="parameters">Parameters</h2>
<div class="table" role="group" aria-labelledby="parameters" tabindex="0"><table><thead><tr><th scope="col">Name</th><th scope="col">Type</th><th scope="col">What it makes possible</th></tr></thead><tbody>${rows.map(
      ({ name, type, needed, signal }) =>
        markup`<tr><td><code>${inert(name, 120)}</code></td><td>${type}<br><span class="muted small">${needed}</span></td><td>${
          signal === undefined
            ? markup`<span class="muted">nothing out of the ordinary</span>`
            : markup`<strong>${signal.label}</strong>: ${signal.meaning}`
        }</td></tr>`,
    )}</tbody></table></div>${more !== '' && markup`<p class="muted">${more}</p>`}</section>`,
    markdown: blocks(
      '## Parameters',
      table(
        ['Name', 'Type', 'What it makes possible'],
        rows.map(({ name, type, needed, signal }) => [
          inertMarkdown(name, 120),
          `${type}, ${needed}`,
          signal === undefined ? 'nothing out of the ordinary' : `${signal.label}: ${signal.meaning}`,
        ]),
      ),
      more,
    ),
  };
}

const HINTS: Readonly<Record<string, readonly [yes: string, no: string]>> = {
  readOnlyHint: ['only reads', 'does not only read'],
  destructiveHint: ['destroys', 'does not destroy'],
  idempotentHint: ['may be repeated without further effect', 'has an effect with every call'],
  openWorldHint: ['reaches beyond its server', 'stays within its server'],
};

/** The facts of a tool at a glance. */
export function factsPanel({ entry, server }: DefinitionFacts): Html {
  const { tool, level } = entry;
  const { facts } = server;
  const required = tool.parameters.filter((parameter) => parameter.required === true).length;
  const claims = Object.entries(tool.annotations ?? {}).flatMap(([hint, value]) => {
    const words = HINTS[hint];
    return words === undefined ? [] : [words[value ? 0 : 1]];
  });
  const rows: readonly (readonly [term: string, value: Child])[] = [
    ['Server', markup`<a href="${serverPath(facts.slug)}">${inert(facts.name, 120)}</a>`],
    ['Class', categoryTitle(tool.category)],
    ['Level', tool.category === 'unknown' ? `treated as ${levelTitle(level)}` : levelTitle(level)],
    ['Confidence', confidence(tool.confidence)],
    [
      'Parameters',
      tool.parameters.length === 0
        ? 'none'
        : `${figure(tool.parameters.length)}, ${required === 0 ? 'none' : figure(required)} required`,
    ],
    ['Undone by', tool.reversibleBy !== undefined && markup`<code>${inert(tool.reversibleBy, 120)}</code>`],
    ['Claims', claims.length > 0 && claims.map((claim) => markup`<span class="line">${claim}</span>`)],
    ['Language', tool.language !== undefined && languageName(tool.language)],
    ['In context', counted(tool.tokens, 'token')],
    ['Version', facts.version !== undefined && inert(facts.version, 40)],
    ['Read on', dayOf(facts.scannedAt)],
    ['Definition', markup`<code title="SHA-256 of the definition">${tool.hash.slice(0, SHORT_HASH)}</code>`],
  ];
  return markup`<div class="panel"><dl class="facts">${rows
    .filter(([, value]) => value !== false)
    .map(([term, value]) => markup`<dt>${term}</dt><dd>${value}</dd>`)}</dl></div>`;
}

/** A short hash, as pages show it. */
export function shortHash(hash: string): string {
  return codeSpan(plainName(hash.slice(0, SHORT_HASH)));
}
