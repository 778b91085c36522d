// What questions to the index of a catalogue cost, each asked alone: CPU and time per question.
//
//   node scripts/synthetic-catalogue.mjs INDEX && node bench/catalogue-index.mjs INDEX
import { openCatalogueIndex } from '#store';

const ROUNDS = 3;
const QUESTIONS = 2000;

/** What people type, some of it as it grows under their fingers. */
const USUAL = [
  'send email',
  'delete file',
  'pause campaign',
  'get user',
  'list issues',
  'create invoice',
  'refund',
  'run query',
  'atlas mail',
  'mcp-server-cobalt',
  'deploy_service',
  'getUserById',
  'sen',
  'send',
  'send e',
  'send em',
  'webhook',
  'search products',
  'usuwa kampanię',
  'usuwa kampanie',
  '删除 文件',
  '营销活动',
  '캠페인을',
  'удаляет файл',
  'löscht datei',
  'supprime',
  'booking flight',
  'token balance',
  'nimbus crm contact',
  'pull request',
];

/** Words that half of all tools have, beginnings that most have, words that hardly meet, and texts that are no words. */
const ADVERSARIAL = [
  'get',
  'list',
  'a',
  's',
  'keeps',
  'reads what keeps',
  'r w k',
  'get delete',
  'delete list get',
  'reads changes',
  'changes reads what get',
  'g d',
  'a b c d e f g h i j k l',
  'mcp server get list create delete what keeps reads the of s',
  'the of the',
  'getdeletelistcreate',
  'organisation',
  'transaction',
  '" OR 1 NOT (',
  'get* AND NEAR(',
  'x'.repeat(10_000),
  'get '.repeat(2500),
  '删除'.repeat(2000),
  'ﷺ'.repeat(3000),
  '🙂',
];

const file = process.argv[2];
if (file === undefined) {
  console.error('Use: node bench/catalogue-index.mjs INDEX');
  process.exit(2);
}
const opening = performance.now();
const index = openCatalogueIndex(file);
const totals = await index.totals();
console.log(
  `${totals.servers} servers, ${totals.tools} tools, opened in ${(performance.now() - opening).toFixed(1)} ms`,
);

/** Every n-th server with its first and last tool, from the whole breadth of the index. */
async function samplePages(count) {
  const slugs = [];
  for (let cursor; slugs.length < totals.servers;) {
    const page = await index.listServers({ order: 'slug', limit: 1000, cursor });
    slugs.push(...page.items.map(({ facts }) => facts.slug));
    cursor = page.next;
    if (cursor === undefined) break;
  }
  const step = Math.max(1, Math.floor(slugs.length / count));
  const pages = [];
  for (let i = 0; i < slugs.length; i += step) {
    const tools = await index.toolsOf(slugs[i]);
    pages.push({ server: slugs[i], tool: tools[i % tools.length].tool.slug });
  }
  return pages;
}

const pages = await samplePages(QUESTIONS);
const pageOf = (i) => pages[i % pages.length];
const FACETS = ['read', 'write', 'financial'];

const CASES = [
  [
    'tool page: tool, server, six related',
    async (i) => {
      const { server, tool } = pageOf(i);
      await index.tool(server, tool);
      await index.server(server);
      await index.relatedTools(server, tool, 6);
    },
  ],
  [
    'server page: server, tools, six similar',
    async (i) => {
      const { server } = pageOf(i);
      await index.server(server);
      await index.toolsOf(server);
      await index.similarServers(server, 6);
    },
  ],
  ['search, usual words', (i) => index.search({ text: USUAL[i % USUAL.length], limit: 20 })],
  [
    'search, usual words and a facet',
    (i) => index.search({ text: USUAL[i % USUAL.length], limit: 20, category: FACETS[i % FACETS.length] }),
  ],
  ['search, adversarial', (i) => index.search({ text: ADVERSARIAL[i % ADVERSARIAL.length], limit: 20 })],
  [
    'search, adversarial and a facet',
    (i) =>
      index.search({
        text: ADVERSARIAL[i % ADVERSARIAL.length],
        limit: 20,
        category: FACETS[i % FACETS.length],
      }),
  ],
  ['nearest servers of a mistyped slug', (i) => index.nearestServers(mistyped(pageOf(i).server, i), 5)],
  ['list of tools of a level', () => index.listTools({ level: 'critical', limit: 50 })],
];

/** Two neighbours swapped. */
function mistyped(slug, i) {
  const at = i % (slug.length - 1);
  return `${slug.slice(0, at)}${slug[at + 1]}${slug[at]}${slug.slice(at + 2)}`;
}

async function measure(ask) {
  const times = [];
  const cpuBefore = process.cpuUsage();
  for (let i = 0; i < QUESTIONS; i++) {
    const start = performance.now();
    await ask(i);
    times.push(performance.now() - start);
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  times.sort((a, b) => a - b);
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))];
  return { cpu: (user + system) / 1000 / QUESTIONS, p50: at(0.5), p99: at(0.99), most: at(1) };
}

console.log(
  `${'milliseconds'.padEnd(42)}${['CPU', 'p50', 'p99', 'most'].map((title) => title.padStart(9)).join('')}`,
);
for (const [title, ask] of CASES) {
  let best;
  for (let round = 0; round < ROUNDS; round++) {
    const figures = await measure(ask);
    if (best === undefined || figures.cpu < best.cpu) best = figures;
  }
  const cells = [best.cpu, best.p50, best.p99, best.most].map((figure) => figure.toFixed(3).padStart(9));
  console.log(`${title.padEnd(42)}${cells.join('')}`);
}

console.log('\ndearest texts, CPU of one search');
const REPEATS = 20;
const dearest = [];
for (const text of [...USUAL, ...ADVERSARIAL]) {
  const before = process.cpuUsage();
  for (let i = 0; i < REPEATS; i++) await index.search({ text, limit: 20 });
  const { user, system } = process.cpuUsage(before);
  dearest.push([(user + system) / 1000 / REPEATS, text]);
}
dearest.sort(([a], [b]) => b - a);
for (const [cpu, text] of dearest.slice(0, 10)) {
  console.log(`${cpu.toFixed(2).padStart(8)} ms  ${text.slice(0, 60)}`);
}
console.log(`\nresident memory ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MB`);
await index.close();
