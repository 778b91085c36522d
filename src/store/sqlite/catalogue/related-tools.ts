import type { ToolEntry } from '../../catalogue-ports.ts';
import { everyWholeWord, isCategory, isOf, MARK, type Match } from './match.ts';
import { CATEGORIES } from './schema.ts';
import type { ServerRow } from './servers.ts';
import type { CatalogueTables } from './tables.ts';
import { namesOf } from './tokens.ts';
import type { ToolRow } from './tools.ts';
import { singleWords, textOf, wordsOf, type Word } from './words.ts';

/** Several tools of one server may be found before one of the next. */
const LOOKED_AT_FOR_ONE = 4;

/**
 * One tool of each of some other servers: of the same name; with the same words in its name; with the same verb and
 * object, that is the first and the last word; of the same category on the same object.
 */
export function relatedTools(
  { tools, servers, toolWords }: CatalogueTables,
  { server, tool, limit }: { readonly server: string; readonly tool: string; readonly limit: number },
): readonly ToolEntry[] {
  const row = tools.bySlugs(server, tool);
  const owner = servers.bySlug(server);
  if (row === undefined || owner === undefined) return [];
  const found = new Map<number, ToolEntry>();
  const take = (ids: readonly number[]): void => {
    for (const id of ids) {
      const other = tools.byId(id);
      if (found.size < limit && other !== undefined && !found.has(other.server)) {
        found.set(other.server, other.entry);
      }
    }
  };
  take(tools.sameKey(row.nameKey, row.server, limit));
  for (const match of matchesOf(row, owner)) {
    if (found.size >= limit) break;
    take(toolWords({ match, except: isOf(row.server) }, 0, limit * LOOKED_AT_FOR_ONE));
  }
  return [...found.values()];
}

function matchesOf(row: ToolRow, owner: ServerRow): readonly Match[] {
  const { name, category } = row.entry.tool;
  const words = wordsWithoutOwner(name, owner);
  const [verb, object] = [words[0], words.at(-1)];
  if (verb === undefined || object === undefined) return [];
  return [
    everyWholeWord(words, MARK.name),
    everyWholeWord([verb, object], MARK.name),
    { all: [everyWholeWord([object], MARK.name), isCategory(CATEGORIES.indexOf(category))] },
  ];
}

/** `fluentcrm_pause_campaign` of FluentCRM does what `pause_campaign` does elsewhere. */
function wordsWithoutOwner(name: string, owner: ServerRow): readonly Word[] {
  const words = singleWords(wordsOf(name));
  const ofOwner = new Set(namesOf(owner.entry.facts).flatMap((one) => singleWords(wordsOf(one)).map(textOf)));
  const own = words.filter((word) => !ofOwner.has(textOf(word)));
  return own.length > 0 ? own : words;
}
