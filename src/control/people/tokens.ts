import { hashGrantToken, isMistypedToken, newGrantToken } from '#platform';

/** Tokens of people have the making of grant tokens (256 random bits in base 62 and a checksum) under names of their own. */
const BODY = /^[0-9A-Za-z]{49}$/;

const PREFIX = { key: 'tgk_', invitation: 'tgi_' } as const;
type TokenKind = keyof typeof PREFIX;

/** A new token: `tgk_…` for a key of the API, `tgi_…` for an invitation. */
export function newToken(kind: TokenKind): string {
  return PREFIX[kind] + newGrantToken().slice(3);
}

/** Whether a text can be a token of that kind; says nothing of whether there is one. */
export function isToken(kind: TokenKind, text: string): boolean {
  const body = text.slice(PREFIX[kind].length);
  return text.startsWith(PREFIX[kind]) && BODY.test(body) && !isMistypedToken(`tg_${body}`);
}

/** The only form in which a token is kept: its SHA-256, in hex. */
export function hashToken(token: string): string {
  return hashGrantToken(token);
}
