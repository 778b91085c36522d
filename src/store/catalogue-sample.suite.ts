import type {
  CatalogueCategory,
  CatalogueEvidence,
  CatalogueServer,
  CatalogueSource,
  CatalogueTool,
} from './catalogue-ports.ts';

/** A small catalogue that the suites of the index are written about. */

const LEVELS = {
  read: 'low',
  write: 'medium',
  execute: 'high',
  destructive: 'critical',
  financial: 'critical',
  unknown: 'high',
} as const;

export function toolOf(
  name: string,
  category: CatalogueCategory = 'read',
  changes: Partial<CatalogueTool> = {},
): CatalogueTool {
  return {
    name,
    slug: name.toLowerCase().replace(/[^a-z0-9]+/g, '-'),
    category,
    confidence: 0.9,
    rationale: 'Its name says so.',
    evidence: [{ source: 'name', quote: name }],
    parameters: [{ name: 'id', type: 'string', required: true }],
    hash: 'ab'.repeat(32),
    tokens: 100,
    ...changes,
  };
}

export function serverOf(
  name: string,
  tools: readonly CatalogueTool[],
  changes: Partial<CatalogueServer> = {},
): CatalogueServer {
  return {
    slug: name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-/, ''),
    name,
    package: name,
    scannedAt: '2026-03-01T00:00:00.000Z',
    how: { by: 'npm' },
    era: 'legacy',
    revision: '2025-06-18',
    tools,
    ...changes,
  };
}

export function sourceOf(
  servers: readonly CatalogueServer[],
  changes: Partial<CatalogueSource> = {},
): CatalogueSource {
  return {
    servers: () => servers,
    unanswered: () => [],
    changes: () => [],
    summaryOf: (server, tool) => `${tool.rationale} Part of ${server.name}.`,
    levelOf: (category) => LEVELS[category],
    ...changes,
  };
}

const said = (language: string, quote: string, translation: string): CatalogueEvidence => ({
  source: 'description',
  quote,
  language,
  translation,
});

const MAIL = serverOf(
  'fluentcrm',
  [
    toolOf('fluentcrm_list_campaigns'),
    toolOf('fluentcrm_pause_campaign', 'write', {
      evidence: [said('pl', 'Wstrzymuje kampanię', 'pauses a campaign')],
      language: 'pl',
    }),
    toolOf('fluentcrm_resume_campaign', 'execute'),
    toolOf('fluentcrm_delete_campaign', 'destructive', {
      evidence: [said('pl', 'Usuwa źródło i całą kampanię', 'deletes a campaign')],
    }),
  ],
  { how: { by: 'bundled' }, serverInfo: { name: 'FluentCRM MCP', version: '1.0.0' } },
);

const CODE = serverOf(
  '@acme/github-tools',
  [
    toolOf('getUser'),
    toolOf('create_issue', 'write', { tokens: 5000 }),
    toolOf('delete-file', 'destructive'),
    toolOf('HTTPServer.restart', 'execute'),
  ],
  { repository: 'acme/github-tools', scannedAt: '2026-05-01T00:00:00.000Z' },
);

const SHOP = serverOf('shop-mcp', [
  toolOf('get_user'),
  toolOf('refund', 'financial'),
  toolOf('refund_order', 'financial'),
  toolOf('create_order', 'write', { rationale: 'Creates what a refund gives back.' }),
  toolOf('order_refund_status'),
]);

const MANY_TONGUES = serverOf('many-tongues', [
  toolOf('tool_zh', 'destructive', { evidence: [said('zh', '删除营销活动的文件', 'deletes files')] }),
  toolOf('tool_ja', 'write', { evidence: [said('ja', 'キャンペーンを一時停止する', 'pauses a campaign')] }),
  toolOf('tool_ko', 'write', { evidence: [said('ko', '캠페인을 일시중지합니다', 'pauses a campaign')] }),
  toolOf('tool_ru', 'destructive', { evidence: [said('ru', 'Удаляет ещё один файл', 'deletes a file')] }),
  toolOf('tool_tr', 'read', { evidence: [said('tr', 'Işık İstanbul kayıtlarını getirir', 'reads records')] }),
  toolOf('tool_de', 'write', { evidence: [said('de', 'Ändert die Größe', 'changes the size')] }),
  toolOf('tool_el', 'read', { evidence: [said('el', 'Διαβάζει τους χρήστες', 'reads users')] }),
  toolOf('tool_th', 'read', { evidence: [said('th', 'อ่านไฟล์ทั้งหมด', 'reads all files')] }),
]);

const PAUSES = serverOf('newsletter', [
  toolOf('pause_campaign', 'write'),
  toolOf('pause_all_mailings', 'write'),
]);

export const SAMPLE = sourceOf([MANY_TONGUES, SHOP, CODE, PAUSES, MAIL], {
  unanswered: () =>
    ['silent-b', 'silent-a', 'silent-c'].map((name) => ({
      name,
      version: '1.0.0',
      scannedAt: '2026-03-01T00:00:00.000Z',
      reason: 'exited',
      detail: 'It ended before it answered.',
    })),
  changes: () =>
    [1, 2, 3, 4].map((seq) => ({
      seq,
      at: '2026-03-01T00:00:00.000Z',
      server: seq % 2 === 0 ? 'shop-mcp' : 'fluentcrm',
      kind: 'tool_added',
      tool: `tool ${seq}`,
    })),
});

/** As many servers and tools as wanted, of few words, so that every word finds many. */
export function manyTools(servers: number, toolsEach: number): CatalogueSource {
  const verbs = ['get', 'list', 'create', 'delete', 'pay'];
  const things = ['user', 'order', 'file', 'campaign'];
  const categories = ['read', 'read', 'write', 'destructive', 'financial'] as const;
  return sourceOf(
    Array.from({ length: servers }, (_, i) =>
      serverOf(
        `server-${things[i % 3]}-${i}`,
        Array.from({ length: toolsEach }, (_, j) =>
          toolOf(`${verbs[(i + j) % 5]}_${things[j % 4]}_${j}`, categories[(i + j) % 5], {
            tokens: 10 + ((i * 7 + j) % 50),
          }),
        ),
      ),
    ),
  );
}
