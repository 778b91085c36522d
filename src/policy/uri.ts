/*
 * A URI can be written in many ways that a server reads as the same one: `file:///a/../b`, `FILE:///b`, `file:///%62`. Rules
 * with a `*` compare texts, so they hold only for URIs that have one way to be written: the plain form.
 * Sources: RFC 3986, sections 6.2.2 and 6.2.3; the WHATWG URL standard for the schemes that its parsers treat specially.
 */

const LONGEST = 8192;
const SCHEME = /^([a-z][a-z0-9+.-]*):/;
const ANY_SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*:/;
/** What RFC 3986 lets stand in a URI, `%` among them. */
const CHARACTERS = /^[\w.~!#$%&'()*+,/:;=?@[\]-]*$/;
const UNRESERVED = /[\w.~-]/;
const SPECIAL = new Set(['file', 'ftp', 'http', 'https', 'ws', 'wss']);

/** Stands for an expression of a template: a `*` can cover it, no other character of a rule can. */
const EXPRESSION = '\uE000';

/**
 * What keeps a URI from being in plain form, as the end of the sentence "The URI …"; undefined when nothing does.
 * Takes linear time.
 */
export function uriFault(uri: string): string | undefined {
  if (uri.length > LONGEST) return `is longer than ${LONGEST} characters`;
  const scheme = SCHEME.exec(uri)?.[1];
  if (scheme === undefined)
    return ANY_SCHEME.test(uri) ? 'has a scheme that is not in lower case' : 'has no scheme';
  const rest = uri.slice(scheme.length + 1);
  const fault = textFault(uri) ?? bytesFault(uri) ?? authorityFault(rest) ?? pathFault(rest, scheme);
  if (fault !== undefined) return fault;
  if (SPECIAL.has(scheme) && !(URL.canParse(uri) && new URL(uri).href === uri))
    return 'is not written as a URL parser would write it';
  return undefined;
}

/** Why no URI in plain form can match a glob; undefined when one can. Judges the characters around the stars. */
export function uriGlobFault(glob: string): string | undefined {
  if (/^[^*/?#:]*[A-Z][^*/?#:]*:/.test(glob)) return 'has a scheme that is not in lower case';
  if (/^[^*/?#:]*:\/\/[^*/?#]*[A-Z]/.test(glob)) return 'has a host that is not in lower case';
  if (glob.includes('#')) return 'has a fragment';
  return textFault(glob);
}

/** The same for a template (RFC 6570): its expressions stand for anything. */
export function templateFault(template: string): string | undefined {
  return uriFault(template.replaceAll(/\{[^{}]*\}/g, 'x'));
}

/** A template as globs are compared with it: what matches it matches the URIs that are made from it, whatever the values. */
export function templatePattern(template: string): string {
  return template.replaceAll(/\{[^{}]*\}/g, EXPRESSION);
}

/** Whether the star of a glob can stand for a part of the host, so that other hosts match too. */
export function leavesHostOpen(glob: string): boolean {
  const authority = /^[^*/?#:]*:\/\/([^/?#]*)/.exec(glob)?.[1];
  return authority !== undefined && authority !== '*' && authority.includes('*');
}

function textFault(text: string): string | undefined {
  if (!CHARACTERS.test(text)) return 'holds a character that must be written with %';
  if (text.split(/[/?#&=;:]/).some((segment) => segment === '.' || segment === '..'))
    return 'has a segment "." or ".."';
  for (let at = text.indexOf('%'); at !== -1; at = text.indexOf('%', at + 1)) {
    const fault = escapeFault(text.slice(at + 1, at + 3), text.slice(at + 3, at + 5));
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function escapeFault(digits: string, next: string): string | undefined {
  if (!/^[0-9A-F]{2}$/.test(digits)) return 'has a % without two upper-case hexadecimal digits behind it';
  const code = Number.parseInt(digits, 16);
  const character = String.fromCharCode(code);
  if (character === '/' || character === '\\') return 'hides a slash behind a %';
  if (code < 0x20 || code === 0x7f) return 'hides a control character behind a %';
  if (code < 0x80 && UNRESERVED.test(character)) return 'writes a character with % that needs none';
  if (character === '%' && /^[0-9A-Fa-f]{2}$/.test(next)) return 'is encoded twice';
  return undefined;
}

/** Bytes that are no UTF-8 are read as something else by one reader and refused by another: `%C0%AF` can be a slash (RFC 3629, section 10). */
function bytesFault(uri: string): string | undefined {
  try {
    decodeURIComponent(uri);
    return undefined;
  } catch {
    return 'has bytes behind a % that are no UTF-8';
  }
}

/** @param rest what follows the colon of the scheme */
function authorityFault(rest: string): string | undefined {
  if (!rest.startsWith('//')) return undefined;
  const authority = /^[^/?#]*/.exec(rest.slice(2))?.[0] ?? '';
  if (authority.includes('@')) return 'holds a user name';
  if (/[A-Z]/.test(authority)) return 'has a host that is not in lower case';
  if (authority.includes('%')) return 'has a host with a % in it';
  return /(\.|:|:0\d*)$|\.:/.test(authority) ? 'has a host or port with another way to write it' : undefined;
}

function pathFault(rest: string, scheme: string): string | undefined {
  const path = /^(?:\/\/[^/?#]*)?([^?#]*)/.exec(rest)?.[1] ?? '';
  if (path.includes('//')) return 'has an empty segment';
  if (rest.includes('#')) return 'has a fragment';
  // Readers of files drop the query, so that a name could be dressed up with one.
  return scheme === 'file' && rest.includes('?') ? 'has a query behind a file name' : undefined;
}
