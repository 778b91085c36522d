// Writes the JSON Schemas of policy and configuration from the built code: npm run schemas
import { writeFileSync } from 'node:fs';
import { configurationJsonSchema } from '../dist/platform/index.js';
import { policyJsonSchema } from '../dist/policy/index.js';

for (const [name, schema] of [
  ['policy', policyJsonSchema()],
  ['toolgate', configurationJsonSchema()],
]) {
  writeFileSync(
    new URL(`../schemas/${name}.schema.json`, import.meta.url),
    `${JSON.stringify(schema, null, 2)}\n`,
  );
}
