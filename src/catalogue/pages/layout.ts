import type { CatalogueTotals } from '#store';
import { SCRIPT_PATH, STYLE_PATH } from './assets.ts';
import { markup, trusted } from './markup.ts';
import type { Html, PageContent } from './page.ts';
import { counted, dayOf } from './phrases.ts';

/** What stands around every page. */
export interface Frame {
  /** Public origin, without a slash at the end. */
  readonly origin: string;
  readonly totals?: CatalogueTotals;
}

const SECTIONS: readonly (readonly [path: string, label: string])[] = [
  ['/search', 'Search'],
  ['/risk', 'Risk levels'],
  ['/attacks', 'Attacks'],
  ['/check', 'Check your stack'],
];

/** The whole HTML document of a page. */
export function framed(page: PageContent, { origin, totals }: Frame): string {
  const { path, main } = page;
  const document = markup`<!doctype html>
<html lang="en">
<head>
${headOf(page, origin)}
</head>
<body>
<a class="skip" href="#main">Skip to the content</a>
<header class="top"><div class="bar">
<a class="brand" href="/">${GATE}<span>Toolgate</span></a>
<nav aria-label="Sections"><ul>${SECTIONS.map(
    ([to, label]) =>
      markup`<li><a href="${to}"${isWithin(path, to) && trusted(' aria-current="page"')}>${label}</a></li>`,
  )}</ul></nav>
</div></header>
<main id="main" tabindex="-1">
${main}
</main>
${footer(totals)}
</body>
</html>
`;
  return document.toString();
}

/** The picture that previews show for a page. */
export function picturePath(path: string): string {
  return `/pictures${path === '/' ? '/index' : path}.png`;
}

/** The Markdown twin of a page. */
export function twinPath(path: string): string {
  return path === '/' ? '/index.md' : `${path}.md`;
}

function headOf(
  { path, title, description, structured = [], isPrivate, picture }: PageContent,
  origin: string,
): Html {
  const fullTitle = path === '/' ? title : `${title} · Toolgate`;
  const image = `${origin}${picturePath(picture === undefined ? '/' : path)}`;
  return markup`<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${fullTitle}</title>
<meta name="description" content="${description}">
${
  isPrivate === true
    ? markup`<meta name="robots" content="noindex">`
    : markup`<link rel="canonical" href="${origin}${path}">
<link rel="alternate" type="text/markdown" href="${twinPath(path)}">
<meta property="og:type" content="website">
<meta property="og:site_name" content="Toolgate">
<meta property="og:title" content="${title}">
<meta property="og:description" content="${description}">
<meta property="og:url" content="${origin}${path}">
<meta property="og:image" content="${image}">
<meta name="twitter:card" content="summary_large_image">`
}
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(ICON)}">
<link rel="stylesheet" href="${STYLE_PATH}">
<script src="${SCRIPT_PATH}" defer></script>
${structured.map((object) => markup`<script type="application/ld+json">${trusted(jsonInHtml(object))}</script>`)}`;
}

/** JSON that cannot end the element it stands in. */
export function jsonInHtml(value: object): string {
  return JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function isWithin(path: string, section: string): boolean {
  return path === section || path.startsWith(`${section}/`);
}

function footer(totals: CatalogueTotals | undefined): Html {
  return markup`<footer class="bottom"><div class="bar">
${
  totals !== undefined &&
  markup`<p class="totals">The index holds <strong>${counted(totals.tools, 'tool')}</strong> of <strong>${counted(totals.servers, 'server')}</strong>, each as the server itself listed it${
    totals.newestScan !== undefined && markup`; newest reading ${dayOf(totals.newestScan)}`
  }.</p>`
}
<nav aria-label="More"><ul>
<li><a href="/risk">Risk levels</a></li><li><a href="/attacks">Attack patterns</a></li><li><a href="/check">Check your stack</a></li>
<li><a href="/llms.txt">llms.txt</a></li><li><a href="/contact">Contact</a></li>
</ul></nav>
<p class="fine">Toolgate is a policy gateway for MCP: nothing reaches a server without passing the rules you wrote.</p>
</div></footer>`;
}

const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="5" fill="#0f5c63"/><path d="M6 18V9a6 6 0 0 1 12 0v9M10 18v-7m4 7v-7" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round"/></svg>';
const GATE = trusted(
  '<svg class="mark" viewBox="0 0 24 24" width="26" height="26" aria-hidden="true"><rect width="24" height="24" rx="6" class="mark-ground"/><path d="M6 18.5V9.5a6 6 0 0 1 12 0v9M10 18.5v-7m4 7v-7" class="mark-line"/></svg>',
);
