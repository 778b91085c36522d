import * as z from 'zod';
import { parseStrictText } from '#mcp';
import { lintPolicy, readPolicy, type PolicyDocument } from '#policy';
import type { Problem } from '../problem.ts';
import type { PolicyCheck } from './policy-answers.ts';
import type { LiveTools } from './policy-parts.ts';

const MOST_BYTES = 256 * 1024;

function isJsonObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A document in a body: its text, or the document itself, which is kept as text with two spaces of indentation. */
export const DOCUMENT = z
  .unknown()
  .refine((value) => typeof value === 'string' || isJsonObject(value), 'must be a text or an object')
  .transform((value) => (typeof value === 'string' ? value : `${JSON.stringify(value, null, 2)}\n`))
  .refine((text) => Buffer.byteLength(text) <= MOST_BYTES, 'must have at most 256 KiB')
  .meta({
    type: ['string', 'object'],
    description: 'The policy: its text, or the document itself. At most 256 KiB.',
  });

type Read =
  | { readonly ok: true; readonly document: PolicyDocument }
  | { readonly ok: false; readonly problems: PolicyCheck['problems'] };

/** Reads a policy; every fault at once. Texts that two readers could read differently are no policies. */
export function readDocument(text: string): Read {
  const strict = parseStrictText(text);
  const read = readPolicy(text);
  if (!read.ok) return { ok: false, problems: [...read.problems] };
  if (strict.ok) return read;
  return { ok: false, problems: [{ message: strict.reason, pointer: '', line: 1, column: 1 }] };
}

/** Why a text is not even JSON, and so cannot be kept as a draft; undefined when it is. */
export function refusedDraft(text: string): Problem | undefined {
  const strict = parseStrictText(text);
  if (strict.ok) return undefined;
  const read = readDocument(text);
  return {
    status: 422,
    code: 'policy.not_json',
    detail: `The draft cannot be kept: ${strict.reason}.`,
    hint: 'A draft may have faults as a policy, but it must be JSON.',
    ...(!read.ok && { errors: read.problems }),
  };
}

/** What is to be said of a text as a policy of a server with these tools. */
export function checkDocument(text: string, tools: LiveTools): PolicyCheck {
  const read = readDocument(text);
  const unavailable = 'unavailable' in tools ? { unavailable: tools.unavailable } : {};
  if (!read.ok) return { valid: false, problems: read.problems, findings: [], ...unavailable };
  const findings = 'unavailable' in tools ? [] : lintPolicy(read.document, tools, text);
  return { valid: true, problems: [], findings: [...findings], ...unavailable };
}

/** The refusal of a text that is no policy, with every fault. */
export function notAPolicy(errors: PolicyCheck['problems']): Problem {
  const detail = errors.length === 1 ? 'The policy has a fault.' : `The policy has ${errors.length} faults.`;
  return { status: 422, code: 'policy.invalid', detail, errors };
}

/** A text together with what is to be said of it. */
export function checkedText(
  document: string,
  tools: LiveTools,
): { readonly document: string; readonly check: PolicyCheck } {
  return { document, check: checkDocument(document, tools) };
}
