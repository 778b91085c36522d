import type { CatalogueCategory, CatalogueLevel, CategoryCounts } from '#store';

/*
 * The grammar of the pages: numbers with their nouns, articles, lists. Every sentence about counts or classes is made with
 * these, so that none is wrong for one, for none, or for a word that begins with a vowel.
 */

/** All categories, worst first; what cannot be told comes last. */
export const CATEGORIES_BY_DANGER: readonly CatalogueCategory[] = [
  'financial',
  'destructive',
  'execute',
  'write',
  'read',
  'unknown',
];

/** All levels, worst first. */
export const LEVELS_BY_DANGER: readonly CatalogueLevel[] = ['critical', 'high', 'medium', 'low'];

const CATEGORY_TITLES: Readonly<Record<CatalogueCategory, string>> = {
  read: 'Read',
  write: 'Write',
  execute: 'Execute',
  destructive: 'Destructive',
  financial: 'Financial',
  unknown: 'Unknown',
};
const LEVEL_TITLES: Readonly<Record<CatalogueLevel, string>> = {
  low: 'Low',
  medium: 'Medium',
  high: 'High',
  critical: 'Critical',
};

/** The category as a name: `Read`. */
export function categoryTitle(category: CatalogueCategory): string {
  return CATEGORY_TITLES[category];
}

/** The level as a name: `Low`. */
export function levelTitle(level: CatalogueLevel): string {
  return LEVEL_TITLES[level];
}

// made once: `toLocaleString` looks the locale up anew each time, which took a third of a page
const FIGURES = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

/** A number with separators: `12,345`. */
export function figure(value: number): string {
  return FIGURES.format(value);
}

/** A number with its noun: `1 tool`, `2 tools`, `no tools`. */
export function counted(count: number, noun: string, plural = `${noun}s`): string {
  if (count === 0) return `no ${plural}`;
  return `${figure(count)} ${count === 1 ? noun : plural}`;
}

/** The form of a verb that goes with a count: `1 tool deletes`, `2 tools delete`. */
export function verb(count: number, singular: string, plural: string): string {
  return count === 1 ? singular : plural;
}

/** A noun with its indefinite article: `an Execute tool`, `a Read tool`. */
export function withArticle(words: string): string {
  return `${/^(?:[aeio]|un(?!i))/i.test(words) ? 'an' : 'a'} ${words}`;
}

/** A list in a sentence: `a, b and c`. */
export function joined(words: readonly string[], last: 'and' | 'or' = 'and'): string {
  if (words.length < 2) return words[0] ?? '';
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1)}`;
}

/** Words as a sentence: a capital in front, one full stop behind. */
export function sentence(words: string): string {
  const trimmed = words.trim();
  const end = /[.!?…]$/.test(trimmed) ? '' : '.';
  return `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}${end}`;
}

/** A share of a whole: `3.4 %`, and `under 0.1 %` where rounding would say nothing. */
export function share(part: number, whole: number): string {
  if (whole <= 0 || part <= 0) return '0 %';
  const percent = (part / whole) * 100;
  if (percent < 0.1) return 'under 0.1 %';
  return `${percent < 10 ? figure(percent) : figure(Math.round(percent))} %`;
}

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** The day of an ISO date and time, in UTC: `25 November 2026`; the text itself where it is none. */
export function dayOf(iso: string): string {
  const found = /^(\d{4})-(\d\d)-(\d\d)/.exec(iso);
  const month = MONTHS[Number(found?.[2]) - 1];
  return found === null || month === undefined
    ? iso.slice(0, 20)
    : `${Number(found[3])} ${month} ${found[1]}`;
}

/** Counts by category in words, worst first: `2 Destructive, 1 Execute and 12 Read`. */
export function countsInWords(counts: CategoryCounts): string {
  const parts = CATEGORIES_BY_DANGER.filter((category) => counts[category] > 0).map(
    (category) => `${figure(counts[category])} ${categoryTitle(category)}`,
  );
  return parts.length === 0 ? 'none' : joined(parts);
}

const LANGUAGE_NAMES = new Intl.DisplayNames('en', { type: 'language' });

/** The English name of a language: `pl` → `Polish`. */
export function languageName(code: string): string {
  try {
    return LANGUAGE_NAMES.of(code) ?? code;
  } catch {
    return code;
  }
}

const SIGNALS: Readonly<Record<string, { readonly label: string; readonly meaning: string }>> = {
  file_path: { label: 'file path', meaning: 'names a file or folder, so the caller chooses what is touched' },
  url: { label: 'URL', meaning: 'names an address, so the caller chooses where data comes from or goes to' },
  sql: { label: 'query', meaning: 'carries a query that the server runs as it is' },
  code: { label: 'code', meaning: 'carries code or a command that is run' },
  credentials: { label: 'credential', meaning: 'carries a secret through the model’s context' },
  money: { label: 'amount', meaning: 'sets an amount of money or how it is paid' },
  recipients: { label: 'recipients', meaning: 'chooses who receives what is sent' },
  bulk: { label: 'many at once', meaning: 'lets one call reach many things' },
  force: { label: 'force', meaning: 'switches off a confirmation or a safeguard' },
  free_form: { label: 'free-form object', meaning: 'takes any members, which no schema checks' },
  dry_run: { label: 'dry run', meaning: 'can turn the call into a rehearsal' },
  choice_of_action: { label: 'choice of action', meaning: 'decides what the call does' },
};

/** What a parameter's signal is called, and what it means. */
export function signalInWords(kind: string): { readonly label: string; readonly meaning: string } {
  return SIGNALS[kind] ?? { label: kind.replaceAll('_', ' '), meaning: 'deserves a look' };
}
