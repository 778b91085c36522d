import { createHash } from 'node:crypto';

const MAX_SLUG = 100;

/** A name as a part of a path: lower case, with every run of other characters a single hyphen. Never empty. */
export function slugOf(name: string): string {
  const slug = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  if (slug !== '' && slug.length <= MAX_SLUG) return slug;
  // nothing of the name is left, or too much: its hash tells it from others
  return `${slug.slice(0, MAX_SLUG - 9) || 'unnamed'}-${shortHash(name)}`;
}

/** The slug of a name among those that are taken: where its own is, its hash stands behind it. */
export function freeSlug(name: string, taken: ReadonlySet<string>): string {
  const plain = slugOf(name);
  return taken.has(plain) ? `${plain}-${shortHash(name)}` : plain;
}

/** The slugs of names, each once: of names that give the same, the first keeps it and the others get their hash behind it. */
export function slugsOf(names: readonly string[]): readonly string[] {
  const taken = new Set<string>();
  return names.map((name) => {
    const slug = freeSlug(name, taken);
    taken.add(slug);
    return slug;
  });
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
