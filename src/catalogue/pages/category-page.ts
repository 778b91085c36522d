import type { Hono } from 'hono';
import { attacksFor } from '#risk';
import type { CatalogueCategory, CatalogueTotals, Page, ToolEntry } from '#store';
import { attackCards, attackCardsMarkdown } from './attack-list.ts';
import { effectOfClass, harmOf, levelOf, meaningOf, policyOfClass } from './class-facts.ts';
import { blocks, bullets, codeBlock } from './markdown.ts';
import { markup } from './markup.ts';
import { notFoundPage } from './not-there.ts';
import type { PageContent, SiteParts } from './page.ts';
import { pagedTools } from './paged-tools.ts';
import { cursorOf, withCursor } from './paging.ts';
import {
  CATEGORIES_BY_DANGER,
  categoryTitle,
  counted,
  figure,
  levelTitle,
  sentence,
  share,
} from './phrases.ts';
import { policyBlock, policyText } from './policy-block.ts';
import { outcomeSentence } from './policy-variants.ts';
import { proseMarkdown } from './prose.ts';
import { pageRoute, withIndex, type Show } from './routes.ts';
import { crumbs, crumbsData, joinSections, type Crumb, type Section } from './section.ts';
import { levelClass, riskBadge } from './tool-list.ts';

/** What the page of a class is made from. */
export interface CategoryFacts {
  readonly category: CatalogueCategory;
  readonly totals: CatalogueTotals;
  readonly tools: Page<ToolEntry>;
  readonly cursor: string | undefined;
  readonly origin: string;
}

const PATH = '/category';
const TOOLS_ON_A_PAGE = 50;

/** One class of tools: what it means, the rule for it, the attacks that abuse it, and its tools. */
export function categoryPage(facts: CategoryFacts): PageContent {
  const { category, totals, cursor, origin } = facts;
  const path = `${PATH}/${category}`;
  const title = `${categoryTitle(category)} tools`;
  const level = levelOf(category);
  const way: readonly Crumb[] = [
    { path: '/', label: 'Catalogue' },
    { path: `/risk/${level}`, label: `${levelTitle(level)} risk` },
    { path, label: title },
  ];
  const count = totals.byCategory[category];
  const lead = `${meaningOf(category)} ${harmOf(category)}`;
  const extent = sentence(`${counted(count, 'tool')} of the catalogue, ${share(count, totals.tools)}`);
  const body = joinSections(
    ruleSection(category),
    attacksSection(category),
    pagedTools(`${PATH}/${facts.category}`, facts.tools, facts.cursor),
    others(facts),
  );
  return {
    path,
    title: `${title} of MCP servers`,
    description: `${lead} ${extent}`,
    ...(cursor !== undefined && { isPrivate: true as const }),
    main: markup`${crumbs(way)}<p>${riskBadge(level, category)}</p><h1>${title}</h1><p class="lead">${lead}</p><p>${extent}</p>${body.html}`,
    markdown: blocks(`# ${title}`, lead, extent, body.markdown),
    structured: [crumbsData(way, origin)],
    picture: { title, subtitle: lead, level },
  };
}

function ruleSection(category: CatalogueCategory): Section {
  const policy = policyOfClass(category);
  const effect = outcomeSentence('`tool_name`', effectOfClass(category));
  const intro =
    'The recommended rule, with the name of the tool to put in. Whatever a policy with this default does not name is refused.';
  return {
    html: markup`<section aria-labelledby="rule"><h2 id="rule">The rule for it</h2><p>${intro}</p>${policyBlock(policy, { id: 'policy', label: 'policy.json', effect: effect.replaceAll('`', '') })}</section>`,
    markdown: blocks(
      '## The rule for it',
      intro,
      codeBlock('json', policyText(policy)),
      `**Effect:** ${proseMarkdown(sentence(effect))}`,
    ),
  };
}

function attacksSection(category: CatalogueCategory): Section {
  const patterns = attacksFor({ category, signals: [] });
  return {
    html: markup`<section aria-labelledby="attacks"><h2 id="attacks">Attacks that abuse it</h2>${attackCards(patterns)}</section>`,
    markdown: blocks('## Attacks that abuse it', attackCardsMarkdown(patterns)),
  };
}

function others({ category, totals }: CategoryFacts): Section {
  const rest = CATEGORIES_BY_DANGER.filter((one) => one !== category);
  return {
    html: markup`<section aria-labelledby="others"><h2 id="others">Other classes</h2><p class="actions">${rest.map(
      (one) =>
        markup`<a class="badge ${levelClass(one)}" href="${PATH}/${one}">${categoryTitle(one)} · ${figure(totals.byCategory[one])}</a> `,
    )}</p></section>`,
    markdown: blocks(
      '## Other classes',
      bullets(
        rest.map(
          (one) => `[${categoryTitle(one)}](${PATH}/${one}): ${counted(totals.byCategory[one], 'tool')}`,
        ),
      ),
    ),
  };
}

/** Registers `/category/<category>`. */
export function registerCategories(app: Hono, show: Show, parts: SiteParts): void {
  pageRoute(app, show, `${PATH}/:category`, (c) => {
    const category = CATEGORIES_BY_DANGER.find((one) => one === c.req.param('category'));
    if (category === undefined) return notFoundPage(c.req.path);
    const path = `${PATH}/${category}`;
    const cursor = cursorOf(c.req.query('cursor'));
    return withIndex(parts, path, (index) =>
      withCursor(path, path, async () => {
        const [totals, tools] = await Promise.all([
          index.totals(),
          index.listTools({ category, limit: TOOLS_ON_A_PAGE, ...(cursor !== undefined && { cursor }) }),
        ]);
        return categoryPage({ category, totals, tools, cursor, origin: parts.origin });
      }),
    );
  });
}
