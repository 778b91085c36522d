import type { Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { checkStack, type StackReport } from '../stack/check-stack.ts';
import { readServerBlock, type BlockProblem } from '../stack/server-block.ts';
import { checkReport } from './check-report.ts';
import { blocks, bullets, codeBlock } from './markdown.ts';
import { markup } from './markup.ts';
import type { Html, PageContent, SiteParts } from './page.ts';
import { counted } from './phrases.ts';
import { pageRoute, withIndex, type Show } from './routes.ts';

const PATH = '/check';
/** Longest block, in bytes. */
const MOST_BYTES = 256 * 1024;
/** Every byte of a form may take three characters. */
const MOST_BODY = 3 * MOST_BYTES + 1024;

const LEAD =
  'Paste the servers of your client’s configuration, and see everything that your agents could call, by risk, with a policy for each server.';
const SAFE =
  'Values of environments and headers are not read. Nothing that you paste is kept, logged or shown again: only names of servers, packages and hosts are.';
const EXAMPLE = `{
  "mcpServers": {
    "files": { "command": "npx", "args": ["-y", "@modelcontextprotocol/server-filesystem", "/data"] }
  }
}`;

/** The page with the form alone. */
export function checkFormPage(): PageContent {
  return {
    path: PATH,
    title: 'Check your stack of MCP servers',
    description: LEAD,
    main: markup`<h1>Check your stack</h1><p class="lead">${LEAD}</p>${form()}`,
    markdown: blocks(
      '# Check your stack',
      LEAD,
      'The same on the command line: `toolgate scan --config mcp.json`',
      'What can be read:',
      codeBlock('json', EXAMPLE),
      SAFE,
    ),
    picture: { title: 'Check your stack', subtitle: LEAD },
  };
}

/** The page with what was found, and with what could not be read. */
export function checkResultPage(report: StackReport, problems: readonly BlockProblem[]): PageContent {
  const found = checkReport(report);
  return {
    path: PATH,
    title: 'What your agents could call',
    description: LEAD,
    isPrivate: true,
    main: markup`<h1>What your agents could call</h1>${problemList(problems)}${found.html}<h2>Check another one</h2>${form()}`,
    markdown: blocks('# What your agents could call', problemsMarkdown(problems), found.markdown),
  };
}

/** The page for a block in which no server could be read. */
export function checkFaultPage(problems: readonly BlockProblem[]): PageContent {
  return {
    path: PATH,
    title: 'The block cannot be read',
    description: LEAD,
    isPrivate: true,
    status: 400,
    main: markup`<h1>The block cannot be read</h1>${problemList(problems)}<p>Your text is not sent back, for it may hold secrets. Correct it where you copied it from, and paste it again.</p>${form()}`,
    markdown: blocks('# The block cannot be read', problemsMarkdown(problems)),
  };
}

function form(): Html {
  return markup`<form action="${PATH}" method="post" class="form">
<div class="field"><label for="block">Configuration, JSON with or without comments</label>
<textarea id="block" name="block" rows="12" required spellcheck="false" autocomplete="off" maxlength="${MOST_BYTES}" aria-describedby="block-note" placeholder="${EXAMPLE}"></textarea>
<p class="muted small" id="block-note">${SAFE}</p></div>
<button type="submit">Check</button>
</form>`;
}

function problemList(problems: readonly BlockProblem[]): Html | false {
  if (problems.length === 0) return false;
  return markup`<div class="warn" role="alert"><p>${counted(problems.length, 'fault')} in the block:</p><ul>${problems.map(
    ({ message, line, column }) => markup`<li>Line ${line}, column ${column}: ${message}</li>`,
  )}</ul></div>`;
}

function problemsMarkdown(problems: readonly BlockProblem[]): string {
  return bullets(problems.map(({ message, line, column }) => `Line ${line}, column ${column}: ${message}`));
}

/** Registers `/check`: GET gives the form, POST the result. */
export function registerCheck(app: Hono, show: Show, parts: SiteParts): void {
  pageRoute(app, show, PATH, () => checkFormPage());
  const tooLarge = [
    { message: `A block may have at most ${MOST_BYTES / 1024} kB.`, line: 1, column: 1 },
  ] as const;
  app.post(
    PATH,
    bodyLimit({ maxSize: MOST_BODY, onError: (c) => shown(c, checkFaultPage(tooLarge), show) }),
    async (c) => {
      const block = new URLSearchParams(await c.req.text()).get('block') ?? '';
      if (Buffer.byteLength(block) > MOST_BYTES) return shown(c, checkFaultPage(tooLarge), show);
      return shown(c, await checkedPage(block, parts), show);
    },
  );
}

function checkedPage(block: string, parts: SiteParts): Promise<PageContent> {
  const { servers, problems } = readServerBlock(block);
  if (servers.length === 0) return Promise.resolve(checkFaultPage(problems.length > 0 ? problems : EMPTY));
  return withIndex(parts, PATH, async (index) => checkResultPage(await checkStack(servers, index), problems));
}

const EMPTY: readonly BlockProblem[] = [{ message: 'There are no servers in it.', line: 1, column: 1 }];

/** What was made of somebody's configuration stays with nobody. */
async function shown(c: Context, page: PageContent, show: Show): Promise<Response> {
  const response = await show(c, page);
  response.headers.set('cache-control', 'no-store');
  return response;
}
