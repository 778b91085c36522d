import { nameWords } from '#risk';
import type { CatalogueCategory, CatalogueServer, CatalogueTool } from '#store';

const DOES: Readonly<Record<CatalogueCategory, string>> = {
  read: 'looks, and leaves everything as it was',
  write: 'changes something that can be changed back',
  execute: 'sets something going that takes its own course',
  destructive: 'takes something away that does not come back by itself',
  financial: 'moves money or commits to paying it',
  unknown: 'its definition does not tell what it does',
};
const SHOWN_PARAMETERS = 3;
const MAX_TITLE = 80;

/** One line on a tool in our own words, made of its name, its parameters and its class. */
export function describeTool(
  server: Pick<CatalogueServer, 'name'>,
  tool: Pick<CatalogueTool, 'name' | 'category' | 'parameters'>,
): string {
  return `${titleOf(server.name, tool.name)}: ${DOES[tool.category]}; ${takes(tool)}.`;
}

/** The name as words, without the words of the server's name in front: `fluentcrm_pause_campaign` → `Pause campaign`. */
export function titleOf(serverName: string, toolName: string): string {
  const own = new Set(nameWords(serverName).map(({ text }) => text));
  const words = nameWords(toolName).map(({ text }) => text);
  const first = words.findIndex((word) => !own.has(word));
  const rest = first <= 0 || first >= words.length ? words : words.slice(first);
  const title = rest.join(' ').slice(0, MAX_TITLE);
  return title === '' ? toolName.slice(0, MAX_TITLE) : title.charAt(0).toUpperCase() + title.slice(1);
}

function takes({ parameters }: Pick<CatalogueTool, 'parameters'>): string {
  if (parameters.length === 0) return 'takes no arguments';
  const shown = parameters.slice(0, SHOWN_PARAMETERS).map(({ name }) => name);
  const more = parameters.length - shown.length;
  if (more > 0) return `takes ${shown.join(', ')} and ${more} more`;
  return `takes ${shown.length === 1 ? shown[0] : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`}`;
}
