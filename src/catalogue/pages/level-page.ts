import { attacksFor, type AttackPattern } from '#risk';
import type { CatalogueLevel, CatalogueTotals, Page, ServerEntry, ToolEntry } from '#store';
import { attackCards, attackCardsMarkdown } from './attack-list.ts';
import { classesOf, countOfLevel, effectOfClass, harmOf, meaningOf } from './class-facts.ts';
import { blocks, bullets } from './markdown.ts';
import { markup } from './markup.ts';
import type { PageContent } from './page.ts';
import { pagedTools } from './paged-tools.ts';
import {
  categoryTitle,
  counted,
  figure,
  joined,
  LEVELS_BY_DANGER,
  levelTitle,
  sentence,
  share,
} from './phrases.ts';
import { outcomeSentence } from './policy-variants.ts';
import { crumbs, crumbsData, joinSections, type Crumb, type Section } from './section.ts';
import { serverList, serverListMarkdown } from './tool-list.ts';
import { questionsData, questionsSection, type Question } from './tool-questions.ts';

const PATH = '/risk';

/** What the page of one level is made from. */
export interface LevelFacts {
  readonly level: CatalogueLevel;
  readonly totals: CatalogueTotals;
  readonly tools: Page<ToolEntry>;
  /** Servers with the most to lose; only for the highest level. */
  readonly servers: readonly ServerEntry[];
  readonly cursor: string | undefined;
  readonly origin: string;
}

/** One level of risk: its classes, the rule for each, the attacks that aim at it, and its tools. */
export function levelPage(facts: LevelFacts): PageContent {
  const { level, totals, servers, cursor, origin } = facts;
  const path = `${PATH}/${level}`;
  const title = `${levelTitle(level)} risk`;
  const way: readonly Crumb[] = [
    { path: '/', label: 'Catalogue' },
    { path: PATH, label: 'Risk levels' },
    { path, label: levelTitle(level) },
  ];
  const count = countOfLevel(totals.byCategory, level);
  const lead = `${sentence(`${counted(count, 'tool')} of this level, ${share(count, totals.tools)} of the catalogue`)} ${classesOf(level).map(meaningOf).join(' ')}`;
  const questions = levelQuestions(level);
  const body = joinSections(
    rulesSection(level, totals),
    attacksSection(level),
    servers.length > 0 ? serversSection(servers) : undefined,
    pagedTools(`${PATH}/${facts.level}`, facts.tools, facts.cursor),
    otherLevels(level, totals),
    questionsSection(questions),
  );
  return {
    path,
    title: `${title}: MCP tools and their rules`,
    description: lead,
    ...(cursor !== undefined && { isPrivate: true as const }),
    main: markup`${crumbs(way)}<h1>${title}</h1><p class="lead">${lead}</p>${body.html}`,
    markdown: blocks(`# ${title}`, lead, body.markdown),
    structured: [crumbsData(way, origin), questionsData(questions)],
    picture: { title, subtitle: lead, level },
  };
}

function rulesSection(level: CatalogueLevel, { byCategory }: CatalogueTotals): Section {
  return {
    html: markup`<section aria-labelledby="rules"><h2 id="rules">What belongs here, and its rule</h2><ul class="cards">${classesOf(
      level,
    ).map(
      (category) =>
        markup`<li class="card"><span class="tag ${category === 'unknown' ? 'unknown' : level}">${categoryTitle(category)}</span> <a href="/category/${category}">${counted(byCategory[category], 'tool')}</a><p>${meaningOf(category)} ${harmOf(category)}</p><p><strong>Recommended:</strong> ${sentence(effectOfClass(category))}</p></li>`,
    )}</ul></section>`,
    markdown: blocks(
      '## What belongs here, and its rule',
      bullets(
        classesOf(level).map(
          (category) =>
            `[${categoryTitle(category)}](/category/${category}), ${counted(byCategory[category], 'tool')}. ${meaningOf(category)} ${harmOf(category)} Recommended: ${sentence(effectOfClass(category))}`,
        ),
      ),
    ),
  };
}

/** The patterns that abuse tools of the level, the most likely first. */
function attacksOn(level: CatalogueLevel): readonly AttackPattern[] {
  return [...new Set(classesOf(level).flatMap((category) => attacksFor({ category, signals: [] })))];
}

function attacksSection(level: CatalogueLevel): Section {
  const patterns = attacksOn(level);
  return {
    html: markup`<section aria-labelledby="attacks"><h2 id="attacks">Attacks that aim at it</h2>${attackCards(patterns)}<p><a href="/attacks">All attack patterns</a></p></section>`,
    markdown: blocks(
      '## Attacks that aim at it',
      attackCardsMarkdown(patterns),
      '[All attack patterns](/attacks)',
    ),
  };
}

function serversSection(servers: readonly ServerEntry[]): Section {
  return {
    html: markup`<section aria-labelledby="servers"><h2 id="servers">Servers with the most of it</h2>${serverList(servers)}</section>`,
    markdown: blocks('## Servers with the most of it', serverListMarkdown(servers)),
  };
}

function otherLevels(level: CatalogueLevel, { byCategory }: CatalogueTotals): Section {
  const others = LEVELS_BY_DANGER.filter((one) => one !== level);
  return {
    html: markup`<section aria-labelledby="others"><h2 id="others">Other levels</h2><p class="actions">${others.map(
      (one) =>
        markup`<a class="badge ${one}" href="${PATH}/${one}">${levelTitle(one)} · ${figure(countOfLevel(byCategory, one))}</a> `,
    )}</p></section>`,
    markdown: blocks(
      '## Other levels',
      bullets(
        others.map(
          (one) => `[${levelTitle(one)}](${PATH}/${one}): ${counted(countOfLevel(byCategory, one), 'tool')}`,
        ),
      ),
    ),
  };
}

function levelQuestions(level: CatalogueLevel): readonly Question[] {
  const classes = classesOf(level);
  return [
    {
      question: `Which tools have the level ${levelTitle(level)}?`,
      answer: sentence(
        `those of the ${classes.length === 1 ? 'class' : 'classes'} ${joined(classes.map(categoryTitle))}: the level follows from the class alone`,
      ),
    },
    ...classes.map((category) => ({
      question: `What does the recommended rule do to ${categoryTitle(category)} tools?`,
      answer: sentence(
        outcomeSentence(`a tool of the class ${categoryTitle(category)}`, effectOfClass(category)),
      ),
    })),
  ];
}
