import { serverPath, toolPath } from '../pages/tool-list.ts';
import type { Answer } from './answers.ts';

/** Where the record of a server is. */
export function serverRecordPath(slug: string): string {
  return `/v0/servers/${slug}`;
}

/** Where the record of a tool is. */
export function toolRecordPath(server: string, tool: string): string {
  return `${serverRecordPath(server)}/tools/${tool}`;
}

/** Paths of what there is on a server. */
export function serverLinks(slug: string): Answer<'ServerSummary'>['links'] {
  const record = serverRecordPath(slug);
  return {
    page: serverPath(slug),
    record,
    policy: `${record}/policy`,
    changes: `/v0/changes?server=${slug}`,
  };
}

/** Paths of what there is on a tool. */
export function toolLinks(entry: Parameters<typeof toolPath>[0]): Answer<'ToolSummary'>['links'] {
  const { server, tool } = entry;
  return {
    page: toolPath(entry),
    record: toolRecordPath(server.slug, tool.slug),
    server: serverRecordPath(server.slug),
  };
}
