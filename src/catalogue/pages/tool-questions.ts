import { riskLevelOf } from '#risk';
import type { ServerEntry, ToolEntry } from '#store';
import { blocks, codeBlock } from './markdown.ts';
import { markup } from './markup.ts';
import {
  categoryTitle,
  counted,
  countsInWords,
  dayOf,
  levelTitle,
  sentence,
  withArticle,
} from './phrases.ts';
import { policyText, codeFigure } from './policy-block.ts';
import type { PolicyVariant, StatedPolicy } from './policy-variants.ts';
import { APPROVAL_NOTE, hasLimits, holdsCalls, WINDOW_NOTE } from './policy-variants.ts';
import { named, prose, proseMarkdown, prosePlain } from './prose.ts';
import type { Section } from './section.ts';

/** A question about a tool, with an answer from the same facts as the page. */
export interface Question {
  /** Names stand between backticks. */
  readonly question: string;
  readonly answer: string;
  /** A policy that belongs to the answer. */
  readonly policy?: object;
}

/** What the answers are made from. */
export interface QuestionFacts {
  readonly entry: ToolEntry;
  readonly server: ServerEntry;
  readonly recommended: StatedPolicy;
  readonly variants: readonly PolicyVariant[];
}

/** The questions that people ask of a tool, answered. Those about a rule are left out where no rule can name the tool. */
export function toolQuestions(facts: QuestionFacts): readonly Question[] {
  const { entry, server, recommended, variants } = facts;
  const name = named(entry.tool.name);
  const limit = variants.find(({ id }) => id === 'rate-limit');
  const hide = variants.find(({ id }) => id === 'hide');
  const deny = variants.find(({ id }) => id === 'deny');
  return [
    { question: `What does ${name} do?`, answer: whatItDoes(entry) },
    {
      question: `How do I enforce a policy on ${name}?`,
      answer: `Save the policy below, put Toolgate between your agents and ${named(server.facts.name)}, and give agents a grant that carries it. ${recommended.effect}${notesOn(recommended)}`,
      policy: recommended.policy,
    },
    { question: `What is the risk level of ${name}?`, answer: riskAnswer(entry) },
    ...(limit === undefined
      ? []
      : [
          {
            question: `How do I rate-limit ${name}?`,
            answer: `Give its rule a limit. With the policy below: ${limit.effect}${notesOn(limit)}`,
            policy: limit.policy,
          },
        ]),
    ...(hide === undefined || deny === undefined
      ? []
      : [
          {
            question: `How do I block ${name}?`,
            answer: `Hide it, and agents never learn of it; or deny it with a reason, and agents see it but every call is refused. With the policy below: ${hide.effect} With the action "deny" instead: ${deny.effect}`,
            policy: hide.policy,
          },
        ]),
    { question: `Which server has ${name}?`, answer: whichServer(entry, server) },
  ];
}

function whatItDoes({ summary, tool }: ToolEntry): string {
  const rationale = tool.category === 'unknown' ? '' : ` ${tool.rationale}`;
  return `${sentence(summary.replaceAll('`', '´'))}${rationale}`;
}

/** Category and level in one sentence, the only place that says what they are. */
export function classSentence({ tool, level }: ToolEntry): string {
  const name = named(tool.name);
  if (tool.category === 'unknown')
    return `The class of ${name} is unknown: its definition does not tell what it does. Until someone knows better it is treated as ${withArticle('Execute tool')}, with the level ${levelTitle(level)}.`;
  return `${name} is ${withArticle(`${categoryTitle(tool.category)} tool`)}, and ${categoryTitle(tool.category)} has the level ${levelTitle(riskLevelOf(tool.category))}.`;
}

function riskAnswer(entry: ToolEntry): string {
  const { tool } = entry;
  return `${classSentence(entry)} ${tool.rationale} Confidence of the classification: ${confidence(tool.confidence)}.`;
}

/** A confidence from 0 to 1 in words of per cent. */
export function confidence(value: number): string {
  return `${Math.round(value * 100)} %`;
}

function whichServer({ tool }: ToolEntry, { facts, toolCount, counts }: ServerEntry): string {
  const version = facts.version === undefined ? '' : `, version ${named(facts.version, 40)}`;
  return `${named(tool.name)} is a tool of the server ${named(facts.name)}${version}, read on ${dayOf(facts.scannedAt)}. It lists ${counted(toolCount, 'tool')}: ${countsInWords(counts)}.`;
}

/** What has to be known of a policy besides its effect. */
export function notesOn(stated: StatedPolicy): string {
  return [hasLimits(stated) && WINDOW_NOTE, holdsCalls(stated) && APPROVAL_NOTE]
    .filter((note) => note !== false)
    .map((note) => ` ${note}`)
    .join('');
}

/** Questions and answers, folded. */
export function questionsSection(questions: readonly Question[]): Section {
  return {
    html: markup`<section class="faq" aria-labelledby="questions"><h2 id="questions">Questions and answers</h2>
${questions.map(
  (
    { question, answer, policy },
    index,
  ) => markup`<details${index === 0 && OPEN}><summary><h3>${prose(question)}</h3></summary>
<div><p>${prose(answer)}</p>${policy !== undefined && codeFigure(policyText(policy), { id: `answer-${index}`, label: 'policy.json' })}</div></details>
`,
)}</section>`,
    markdown: blocks(
      '## Questions and answers',
      ...questions.flatMap(({ question, answer, policy }) => [
        `### ${proseMarkdown(question)}`,
        proseMarkdown(answer),
        policy !== undefined && codeBlock('json', policyText(policy)),
      ]),
    ),
  };
}

const OPEN = markup` open`;

/** The same for search engines. */
export function questionsData(questions: readonly Question[]): object {
  return {
    '@context': 'https://schema.org',
    '@type': 'FAQPage',
    mainEntity: questions.map(({ question, answer, policy }) => ({
      '@type': 'Question',
      name: prosePlain(question),
      acceptedAnswer: {
        '@type': 'Answer',
        text: `${prosePlain(answer)}${policy === undefined ? '' : ` ${JSON.stringify(policy)}`}`,
      },
    })),
  };
}
