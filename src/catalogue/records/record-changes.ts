import type { CatalogueChange, CatalogueServer } from '#store';

/** A change before it has its place in the feed. */
export type NewChange = Omit<CatalogueChange, 'seq'>;

/** What is different between two records of one server: tools added and removed, definitions and classes changed. */
export function changesBetween(
  before: CatalogueServer | undefined,
  after: CatalogueServer,
): readonly NewChange[] {
  const base = {
    at: after.scannedAt,
    server: after.slug,
    ...(after.version !== undefined && { version: after.version }),
  };
  if (before === undefined) return [{ ...base, kind: 'server_added' }];
  const old = new Map(before.tools.map((tool) => [tool.name, tool]));
  const now = new Set(after.tools.map(({ name }) => name));
  const changes: NewChange[] = [];
  for (const tool of after.tools) {
    const known = old.get(tool.name);
    if (known === undefined)
      changes.push({ ...base, kind: 'tool_added', tool: tool.name, to: tool.category });
    else if (known.hash !== tool.hash)
      changes.push({ ...base, kind: 'definition_changed', tool: tool.name, from: known.hash, to: tool.hash });
    if (known !== undefined && known.category !== tool.category)
      changes.push({
        ...base,
        kind: 'category_changed',
        tool: tool.name,
        from: known.category,
        to: tool.category,
      });
  }
  for (const { name, category } of before.tools)
    if (!now.has(name)) changes.push({ ...base, kind: 'tool_removed', tool: name, from: category });
  return changes;
}
