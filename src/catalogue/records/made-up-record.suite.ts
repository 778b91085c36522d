import type { CatalogueServer } from '#store';
import type { ScannedTool } from '../scan/scan.ts';
import { makeRecord } from './make-record.ts';

/** A record of a server with these tools, as a scan would give it. */
export function recordOf(
  tools: readonly ScannedTool[],
  more: Partial<CatalogueServer> = {},
): CatalogueServer {
  return {
    ...makeRecord({
      slug: 'crm',
      name: 'crm',
      version: '1.0.0',
      scannedAt: '2026-01-02T00:00:00.000Z',
      how: { by: 'npm', sandbox: 'bubblewrap' },
      answer: { answered: true, era: 'legacy', revision: '2025-11-25', tools },
    }),
    ...more,
  };
}
/** A tool with nothing but a name, and what is given besides. */
export const tool = (name: string, more: Partial<ScannedTool> = {}): ScannedTool => ({
  name,
  inputSchema: { type: 'object' },
  ...more,
});
