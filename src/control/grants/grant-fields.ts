import * as z from 'zod';
import { escapeControls } from '#records';
import type { Problem } from '../problem.ts';

const MOST_LABEL_CHARS = 100;
const MOST_RANGES = 50;

export const LABEL = z
  .string()
  .trim()
  .min(1)
  .max(MOST_LABEL_CHARS)
  .refine((label) => escapeControls(label) === label, 'must hold no control character')
  .describe('Name of the agent or automation that uses it; one live grant of a server has it.');

export const POLICY = z
  .string()
  .max(63)
  .describe('Name of a policy of the server that is in force. Without one every call is denied.');

export const EXPIRES_AT = z.iso
  .datetime({ offset: true })
  .describe('When it ends, as date and time (ISO 8601); never, when it is left out.');

export const ADDRESSES = z
  .array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], 'must be an address or a range (CIDR)'))
  .min(1)
  .max(MOST_RANGES)
  .describe(
    `Addresses or ranges (CIDR) that may use it, at most ${MOST_RANGES}; everybody, when it is left out.`,
  );

/** Addresses as ranges: one address is a range of one. */
export function rangesOf(addresses: readonly string[]): readonly string[] {
  return addresses.map((address) => {
    if (address.includes('/')) return address;
    return `${address}/${address.includes(':') ? 128 : 32}`;
  });
}

/** The moment that a text names, if it lies ahead. */
export function expiryOf(
  text: string,
  now: number,
): { readonly expiresAt: number } | { readonly problem: Problem } {
  const expiresAt = Date.parse(text);
  if (expiresAt > now) return { expiresAt };
  const fault = { pointer: '/expiresAt', message: 'lies in the past' };
  return {
    problem: {
      status: 422,
      code: 'grant.expires',
      detail: 'The grant would have ended already.',
      hint: 'Give a later time.',
      errors: [fault],
    },
  };
}
