import { ToolgateError } from '#platform';

/** A package that may be an MCP server, and what is known of its start. */
export interface Candidate {
  readonly name: string;
  readonly version: string;
  readonly repository?: string;
  readonly arguments: readonly string[];
  readonly environment: readonly string[];
}

const NAME = /^(?:@[a-z0-9][\w.~-]*\/)?[a-z0-9][\w.~-]*$/i;
const VERSION = /^\d+\.\d+\.\d+[\w.+-]*$/;

/**
 * Reads a table of candidates: tab-separated with a line of column names, of which `name` and `version` must be there and
 * `repo` and `hint` (`args: …; env: A B C`) may be. Throws `catalogue.candidates` with every bad line.
 */
export function readCandidates(text: string): readonly Candidate[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const columns = lines[0]?.split('\t') ?? [];
  const at = (name: string): number => columns.indexOf(name);
  if (at('name') < 0 || at('version') < 0)
    throw new ToolgateError(
      'catalogue.candidates',
      'The list of candidates has no columns "name" and "version".',
      {
        hint: 'It must be tab-separated, with a first line that names the columns.',
      },
    );
  const problems: string[] = [];
  const candidates = lines.slice(1).flatMap((line, index): Candidate[] => {
    const cells = line.split('\t');
    const cell = (name: string): string => (at(name) < 0 ? '' : (cells[at(name)] ?? '').trim());
    if (!NAME.test(cell('name')) || !VERSION.test(cell('version'))) {
      problems.push(
        `line ${index + 2}: "${cell('name').slice(0, 60)}" at "${cell('version').slice(0, 20)}" is no package`,
      );
      return [];
    }
    const repository = cell('repo');
    return [
      {
        name: cell('name'),
        version: cell('version'),
        ...(repository !== '' && { repository }),
        ...hintsOf(cell('hint')),
      },
    ];
  });
  if (problems.length > 0)
    throw new ToolgateError(
      'catalogue.candidates',
      'The list of candidates has lines that name no package.',
      {
        details: problems.slice(0, 20),
      },
    );
  return candidates;
}

function hintsOf(hint: string): Pick<Candidate, 'arguments' | 'environment'> {
  const part = (name: string): readonly string[] =>
    (new RegExp(`(?:^|; )${name}: ([^;]*)`).exec(hint)?.[1] ?? '').split(' ').filter((word) => word !== '');
  return {
    arguments: part('args').map((word) => word.replaceAll(/^"|"$/g, '')),
    environment: part('env').filter((name) => /^[A-Za-z_]\w*$/.test(name)),
  };
}
