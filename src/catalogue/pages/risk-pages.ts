import type { Hono } from 'hono';
import type { CatalogueIndex, CatalogueLevel, CatalogueTotals } from '#store';
import { classesOf, countOfLevel, effectOfClass, harmOf, levelOf, meaningOf } from './class-facts.ts';
import { levelPage } from './level-page.ts';
import { blocks, bullets, table } from './markdown.ts';
import { markup } from './markup.ts';
import { notFoundPage } from './not-there.ts';
import type { PageContent, SiteParts } from './page.ts';
import { cursorOf, withCursor } from './paging.ts';
import {
  CATEGORIES_BY_DANGER,
  categoryTitle,
  counted,
  figure,
  joined,
  LEVELS_BY_DANGER,
  levelTitle,
  sentence,
  share,
  verb,
} from './phrases.ts';
import { pageRoute, withIndex, type Show } from './routes.ts';
import { crumbs, crumbsData, joinSections, type Crumb, type Section } from './section.ts';
import { questionsData, questionsSection, type Question } from './tool-questions.ts';

const PATH = '/risk';
const TOOLS_ON_A_PAGE = 50;
const SERVERS_SHOWN = 20;

const DECIDED =
  'The class of a tool follows from what its own definition says: name, description, parameters, and the other tools of its server. The level follows from the class alone. Each tool’s page quotes the words that decided.';

/** All levels of risk: what each means, how many tools have it, and what the recommended rule does. */
export function riskPage(totals: CatalogueTotals, origin: string): PageContent {
  const way: readonly Crumb[] = [
    { path: '/', label: 'Catalogue' },
    { path: PATH, label: 'Risk levels' },
  ];
  const lead = `Four levels say how bad a call can be, from looking to losing money. Of ${counted(totals.tools, 'tool')} in the catalogue, ${figure(countOfLevel(totals.byCategory, 'critical'))} ${verb(countOfLevel(totals.byCategory, 'critical'), 'is', 'are')} critical.`;
  const questions = riskQuestions(totals);
  const body = joinSections(levelsSection(totals), classesSection(totals), questionsSection(questions));
  return {
    path: PATH,
    title: 'Risk levels of MCP tools',
    description: `${lead} What each level means, and the rule that keeps it in bounds.`,
    main: markup`${crumbs(way)}<h1>Risk levels</h1><p class="lead">${lead}</p><p>${DECIDED}</p>${body.html}`,
    markdown: blocks('# Risk levels', lead, DECIDED, body.markdown),
    structured: [crumbsData(way, origin), questionsData(questions)],
    picture: { title: 'Risk levels of MCP tools', subtitle: lead },
  };
}

function levelsSection({ byCategory, tools }: CatalogueTotals): Section {
  return {
    html: markup`<section aria-labelledby="levels"><h2 id="levels">Levels</h2><ul class="cards">${LEVELS_BY_DANGER.map(
      (level) =>
        markup`<li class="card"><a class="badge ${level}" href="${PATH}/${level}">${levelTitle(level)}</a><p>${joined(classesOf(level).map(categoryTitle))}: ${counted(countOfLevel(byCategory, level), 'tool')}, ${share(countOfLevel(byCategory, level), tools)} of all</p></li>`,
    )}</ul></section>`,
    markdown: blocks(
      '## Levels',
      bullets(
        LEVELS_BY_DANGER.map(
          (level) =>
            `[${levelTitle(level)}](${PATH}/${level}): ${joined(classesOf(level).map(categoryTitle))}; ${counted(countOfLevel(byCategory, level), 'tool')}, ${share(countOfLevel(byCategory, level), tools)} of all`,
        ),
      ),
    ),
  };
}

function classesSection({ byCategory }: CatalogueTotals): Section {
  const head = ['Class', 'Level', 'Tools', 'What its tools do', 'Under the recommended rule'];
  return {
    html: markup`<section aria-labelledby="classes"><h2 id="classes">Classes</h2><div class="table" tabindex="0" role="region" aria-label="Table of classes"><table><thead><tr>${head.map(
      (cell, index) =>
        index === 2
          ? markup`<th scope="col" class="number">${cell}</th>`
          : markup`<th scope="col">${cell}</th>`,
    )}</tr></thead><tbody>${CATEGORIES_BY_DANGER.map(
      (category) =>
        markup`<tr><th scope="row"><a href="/category/${category}">${categoryTitle(category)}</a></th><td class="short">${levelTitle(levelOf(category))}</td><td class="number">${figure(byCategory[category])}</td><td class="words">${meaningOf(category)}</td><td class="words">${sentence(effectOfClass(category))}</td></tr>`,
    )}</tbody></table></div></section>`,
    markdown: blocks(
      '## Classes',
      table(
        head,
        CATEGORIES_BY_DANGER.map((category) => [
          `[${categoryTitle(category)}](/category/${category})`,
          levelTitle(levelOf(category)),
          figure(byCategory[category]),
          meaningOf(category),
          sentence(effectOfClass(category)),
        ]),
      ),
    ),
  };
}

function riskQuestions({ byCategory }: CatalogueTotals): readonly Question[] {
  return [
    { question: 'How is the class of a tool decided?', answer: DECIDED },
    {
      question: 'What happens with a tool whose definition tells nothing?',
      answer: `It is shown as Unknown, never as Read. ${harmOf('unknown')} The catalogue has ${counted(byCategory.unknown, 'such tool')}.`,
    },
    {
      question: 'Are the hints of a server about its own tools believed?',
      answer:
        'No. A hint that a tool only reads is a claim of the server, and never outweighs a verb in its name or description.',
    },
    {
      question: 'Does a low level mean that a tool is safe?',
      answer: `No. It means that the call itself changes nothing. ${harmOf('read')}`,
    },
  ];
}

/** Registers `/risk` and `/risk/<level>`. */
export function registerRisk(app: Hono, show: Show, parts: SiteParts): void {
  pageRoute(app, show, PATH, () =>
    withIndex(parts, PATH, async (index) => riskPage(await index.totals(), parts.origin)),
  );
  pageRoute(app, show, `${PATH}/:level`, (c) => {
    const level = LEVELS_BY_DANGER.find((one) => one === c.req.param('level'));
    if (level === undefined) return notFoundPage(c.req.path);
    const path = `${PATH}/${level}`;
    const cursor = cursorOf(c.req.query('cursor'));
    return withIndex(parts, path, (index) =>
      withCursor(path, path, () => levelOfIndex(index, level, cursor, parts.origin)),
    );
  });
}

async function levelOfIndex(
  index: CatalogueIndex,
  level: CatalogueLevel,
  cursor: string | undefined,
  origin: string,
): Promise<PageContent> {
  const [totals, tools, servers] = await Promise.all([
    index.totals(),
    index.listTools({ level, limit: TOOLS_ON_A_PAGE, ...(cursor !== undefined && { cursor }) }),
    level === 'critical' && cursor === undefined
      ? index.listServers({ order: 'danger', limit: SERVERS_SHOWN })
      : { items: [] },
  ]);
  const critical = servers.items.filter(({ counts }) => counts.destructive + counts.financial > 0);
  return levelPage({ level, totals, tools, servers: critical, cursor, origin });
}
