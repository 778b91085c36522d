import { randomInt } from 'node:crypto';

const LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const RANDOM_CHARS = 6;
const LONGEST_SLUG = 56;

/**
 * An id for a new server: its name as part of a URL, and six characters by chance. An id is unique in the whole installation, and
 * by those an organisation learns nothing of what others call theirs.
 */
export function newServerId(name: string): string {
  const slug = name
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}+/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, LONGEST_SLUG)
    .replace(/-+$/, '');
  const chance = Array.from({ length: RANDOM_CHARS }, () => LETTERS.charAt(randomInt(LETTERS.length))).join(
    '',
  );
  return `${slug === '' ? 'server' : slug}-${chance}`;
}
