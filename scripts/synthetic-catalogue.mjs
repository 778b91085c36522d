// Makes a catalogue that never was, and builds the index of it: for measuring what a large one costs.
//
//   node scripts/synthetic-catalogue.mjs OUTFILE                  43,000 servers with 515,000 tools
//   node scripts/synthetic-catalogue.mjs 1000 12000 OUTFILE       another size
//
// The same numbers make the same catalogue. Sizes of servers and shares of categories are like those of a real one: half of
// the servers have 7 tools or fewer, one in a hundred has 122 or more.
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { buildCatalogueIndex } from '#store';

const words = (text) => text.trim().split(/\s+/);

const VERBS = {
  read: words(
    'get get get get get get get get list list list list list search search find fetch read query describe show count check',
  ),
  write: words(
    'create update add set edit rename move upload pause resume assign attach tag archive create update add set',
  ),
  execute: words('run execute send trigger deploy invoke start restart post publish'),
  destructive: words('delete remove drop purge destroy wipe delete delete'),
  financial: words('pay refund charge transfer withdraw swap buy'),
  unknown: words('handle process manage do use'),
};
const SHARES = Object.entries({
  read: 0.61,
  write: 0.21,
  execute: 0.096,
  destructive: 0.057,
  financial: 0.021,
  unknown: 0.006,
});
const LEVELS = {
  read: 'low',
  write: 'medium',
  execute: 'high',
  destructive: 'critical',
  financial: 'critical',
  unknown: 'high',
};
const OBJECTS =
  words(`user issue file message campaign contact order invoice page document record table row column schema
  database query project task board sprint comment branch commit repository pull_request workflow job pipeline build release
  container image volume network cluster node pod deployment service secret key token account organisation team member role
  permission policy event calendar meeting note folder bucket object queue topic subscription webhook template form field
  survey response ticket customer product price stock cart payment balance transaction transfer wallet position report
  metric dashboard alert log trace span dataset model prompt embedding index collection vector chunk thread channel email
  contract license domain certificate record zone instance snapshot backup region session cookie screenshot element tab
  video audio track playlist photo album map route place weather forecast flight hotel booking`);
const QUALIFIERS =
  words(`all active recent shared public private draft pending closed open archived daily weekly monthly
  default custom current latest failed related nested linked raw full partial batch bulk single remote local internal`);
const PRODUCTS =
  words(`atlas borealis canopy delta ember falcon garnet harbor indigo juniper kestrel lumen meridian nimbus
  onyx prairie quartz raven saffron tundra umber vertex willow xenon yarrow zephyr acorn basalt cobalt dune echo fjord glacier
  hazel iris jade krill lotus maple nectar orchid pebble quill ripple slate thistle upland velvet walnut zinnia`);
const FIELDS =
  words(`mail crm files search maps pay shop cloud data notes docs chat code deploy metrics logs tickets video
  audio travel weather health legal bank crypto games music news books jobs home garden fleet sensors lab`);
const PARAMETERS =
  words(`id name query limit offset path url body title status type format user_id project_id start end
  filter sort fields include tags content email amount currency reason force recursive timeout`);

/** What tools are described with: the verbs in order of the categories, then things. */
const LANGUAGES = {
  pl: [
    'pobiera zapisuje wysyła usuwa płaci',
    'kampanię zamówienie plik wiadomość użytkownika źródło zgłoszenie',
  ],
  zh: ['获取 更新 发送 删除 支付', '营销活动 订单 文件 消息 用户 数据库 工单'],
  ja: [
    '取得する 更新する 送信する 削除する 支払う',
    'キャンペーンを 注文を ファイルを メッセージを ユーザーを',
  ],
  ko: ['조회합니다 수정합니다 보냅니다 삭제합니다 결제합니다', '캠페인을 주문을 파일을 메시지를 사용자를'],
  de: ['liest ändert sendet löscht bezahlt', 'Kampagne Bestellung Datei Nachricht Benutzer Schlüssel'],
  fr: ['récupère modifie envoie supprime paie', 'campagne commande fichier message utilisateur clé'],
  es: ['obtiene actualiza envía elimina paga', 'campaña pedido archivo mensaje usuario señal'],
  pt: ['obtém atualiza envia exclui paga', 'campanha pedido arquivo mensagem usuário configuração'],
  it: ['legge aggiorna invia elimina paga', 'campagna ordine file messaggio utente città'],
  ru: ['получает изменяет отправляет удаляет оплачивает', 'кампанию заказ файл сообщение пользователя'],
  uk: ['отримує змінює надсилає видаляє сплачує', 'кампанію замовлення файл повідомлення користувача'],
  tr: ['getirir günceller gönderir siler öder', 'kampanyayı siparişi dosyayı iletiyi kullanıcıyı'],
  nl: ['haalt wijzigt verstuurt verwijdert betaalt', 'campagne bestelling bestand bericht gebruiker'],
  cs: ['načte upraví odešle smaže zaplatí', 'kampaň objednávku soubor zprávu uživatele klíč'],
};
const LANGUAGE_NAMES = Object.keys(LANGUAGES);
const PHRASES = Object.fromEntries(
  Object.entries(LANGUAGES).map(([name, [verbs, things]]) => [
    name,
    { verbs: words(verbs), things: words(things) },
  ]),
);

/** Quantiles of the number of tools. */
const SIZES = [
  [0, 1],
  [0.25, 3],
  [0.5, 7],
  [0.75, 12],
  [0.9, 21],
  [0.97, 45],
  [0.99, 122],
  [1, 420],
];

/** Numbers from 0 to 1 that look drawn and are always the same (xorshift, 32 bits). */
function numbersFrom(seed) {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

const next = numbersFrom(20_260_101);
const one = (list) => list[Math.floor(next() * list.length)];

function category() {
  let left = next();
  return SHARES.find(([, share]) => (left -= share) < 0)?.[0] ?? 'read';
}

/** As many numbers as there are servers, of the wanted form, with the wanted sum. */
function sizesOf(servers, tools) {
  const drawn = Array.from({ length: servers }, () => {
    const at = next();
    const above = SIZES.findIndex(([share]) => share > at);
    const [[low, few], [high, many]] = [SIZES[above - 1], SIZES[above]];
    return few * (many / few) ** ((at - low) / (high - low));
  });
  const factor = tools / drawn.reduce((sum, size) => sum + size, 0);
  const sizes = drawn.map((size) => Math.max(1, Math.round(size * factor)));
  let missing = tools - sizes.reduce((sum, size) => sum + size, 0);
  for (let i = 0; missing !== 0; i = (i + 1) % servers) {
    if (missing > 0 || sizes[i] > 1) {
      sizes[i] += Math.sign(missing);
      missing -= Math.sign(missing);
    }
  }
  return sizes;
}

const STYLES = [
  (parts) => parts.join('_'),
  (parts) => parts.join('_'),
  (parts) => parts.join('-'),
  (parts) => parts.map((part, i) => (i === 0 ? part : part[0].toUpperCase() + part.slice(1))).join(''),
  (parts) => `${parts[0]}.${parts.slice(1).join('_')}`,
];

function nameOf(kind, prefix, style) {
  const object = words(one(OBJECTS).replace('_', ' '));
  const qualifier = next() < 0.35 ? [one(QUALIFIERS)] : [];
  return style([...prefix, one(VERBS[kind]), ...qualifier, ...object]);
}

function parameter() {
  const name = one(PARAMETERS);
  return {
    name,
    type: one(['string', 'string', 'number', 'boolean', 'array of string', 'object']),
    ...(next() < 0.4 && { required: true }),
    ...(name === 'path' && { signal: 'file_path' }),
    ...(name === 'url' && { signal: 'url' }),
  };
}

function evidenceOf(kind, name, language) {
  const fromName = { source: 'name', quote: name };
  const verb =
    Math.max(
      0,
      SHARES.findIndex(([category]) => category === kind),
    ) % 5;
  const english = `${one(VERBS[kind])}s the ${one(QUALIFIERS)} ${one(OBJECTS)} of the ${one(OBJECTS)}`;
  if (language === undefined) return [fromName, { source: 'description', quote: english }];
  const { verbs, things } = PHRASES[language];
  const quote = `${verbs[verb]} ${one(things)}`;
  return [fromName, { source: 'description', quote, language, translation: english }];
}

function tool(server, prefix, style, language, taken) {
  const kind = category();
  let name = nameOf(kind, prefix, style);
  while (taken.has(name)) name = style([nameOf(kind, prefix, style), String(taken.size)]);
  taken.add(name);
  return {
    name,
    slug: slugOf(name),
    category: kind,
    confidence: Math.round((0.6 + next() * 0.4) * 100) / 100,
    rationale: `Its name and its description say that it ${one(VERBS[kind])}s the ${one(OBJECTS)} that a caller names.`,
    evidence: evidenceOf(kind, name, language),
    parameters: Array.from({ length: Math.floor(next() * 7) }, parameter),
    ...(next() < 0.3 && { annotations: { readOnlyHint: kind === 'read' } }),
    ...(language !== undefined && { language }),
    hash: createHash('sha256').update(`${server}/${name}`).digest('hex'),
    tokens: 40 + Math.floor(next() ** 3 * 800),
  };
}

const slugOf = (name) => name.toLowerCase().replace(/[^a-z0-9]+/g, '-');

function nameOfServer(taken) {
  const core = `${one(PRODUCTS)}-${one(FIELDS)}`;
  let name = one([
    `${core}-mcp`,
    `mcp-server-${core}`,
    `${core}-mcp-server`,
    `@${one(PRODUCTS)}/${core}`,
    `mcp-${core}`,
  ]);
  for (let i = 2; taken.has(slugOf(name)); i++)
    name = `${name.replace(/-\d+$/, '')}-${i + Math.floor(next() * 90 * i)}`;
  taken.add(slugOf(name));
  return name;
}

function* servers(sizes) {
  const taken = new Set();
  for (const size of sizes) {
    const name = nameOfServer(taken);
    const language = next() < 0.25 ? one(LANGUAGE_NAMES) : undefined;
    const prefix = next() < 0.3 ? [name.match(/[a-z]+/)[0]] : [];
    const style = one(STYLES);
    const names = new Set();
    yield {
      slug: slugOf(name),
      name,
      package: name,
      ...(next() < 0.7 && { repository: `${one(PRODUCTS)}/${slugOf(name)}` }),
      version: `${Math.floor(next() * 4)}.${Math.floor(next() * 20)}.${Math.floor(next() * 9)}`,
      scannedAt: new Date(Date.UTC(2026, 0, 1) + Math.floor(next() * 300) * 86_400_000).toISOString(),
      how: { by: 'npm', sandbox: 'bubblewrap', bin: slugOf(name), node: '20' },
      era: 'legacy',
      revision: '2025-06-18',
      serverInfo: { name: name.replace(/^@[^/]+\//, ''), version: '1.0.0' },
      tools: Array.from({ length: size }, () => tool(name, prefix, style, language, names)),
    };
  }
}

function* unanswered(count) {
  for (let i = 0; i < count; i++) {
    const reason = one(['exited', 'no_answer', 'install_failed']);
    yield {
      name: `unanswered-${one(PRODUCTS)}-${i}`,
      version: '1.0.0',
      scannedAt: '2026-01-01T00:00:00.000Z',
      reason,
      detail: 'The process ended before it answered.',
    };
  }
}

function* changes(count) {
  for (let seq = 1; seq <= count; seq++) {
    yield {
      seq,
      at: '2026-01-01T00:00:00.000Z',
      server: `${one(PRODUCTS)}-${one(FIELDS)}-mcp`,
      kind: 'server_added',
    };
  }
}

const given = process.argv.slice(2);
const [serverCount, toolCount, file] =
  given.length === 1 ? [43_000, 515_000, given[0]] : [Number(given[0]), Number(given[1]), given[2]];
if (!(serverCount > 0 && toolCount >= serverCount) || file === undefined) {
  console.error('Use: node scripts/synthetic-catalogue.mjs [SERVERS TOOLS] OUTFILE');
  process.exit(2);
}
const started = performance.now();
const totals = await buildCatalogueIndex(
  file,
  {
    servers: () => servers(sizesOf(serverCount, toolCount)),
    unanswered: () => unanswered(Math.round(serverCount / 10)),
    changes: () => changes(Math.round(serverCount / 4)),
    summaryOf: (server, { name, category }) =>
      `${category === 'read' ? 'Reads' : 'Changes'} what ${server.name} keeps: ${name.replace(/[^A-Za-z]+/g, ' ')}.`,
    levelOf: (category) => LEVELS[category],
  },
  { fingerprint: `synthetic ${serverCount} ${toolCount}` },
);
const seconds = (performance.now() - started) / 1000;
console.log(
  `${totals.servers} servers, ${totals.tools} tools: ${seconds.toFixed(1)} s, ` +
    `peak memory ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MB, file ${(statSync(file).size / 2 ** 20).toFixed(0)} MB`,
);
