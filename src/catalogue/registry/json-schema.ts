import type * as z from 'zod';

/** For `z.toJSONSchema`: lists are read-only for the code, which says nothing about the JSON. */
export function withoutReadOnly({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  delete jsonSchema.readOnly;
}
