import { z } from 'zod';
import { policyDocumentSchema } from './document.ts';

/** The JSON Schema (2020-12) of policy documents, for completion and checks in any editor. */
export function policyJsonSchema(): object {
  return z.toJSONSchema(policyDocumentSchema, { target: 'draft-2020-12', io: 'input' });
}
