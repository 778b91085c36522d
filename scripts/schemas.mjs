// Writes the JSON Schemas of policy and configuration from the built code: npm run schemas
import { writeFileSync } from 'node:fs';
import { configurationJsonSchema } from '#platform';
import { policyJsonSchema } from '#policy';

const folder = new URL('../schemas/', import.meta.url);

function write(file, schema) {
  writeFileSync(new URL(file, folder), `${JSON.stringify(schema, null, 2)}\n`);
}

write('policy.schema.json', policyJsonSchema());
write('toolgate.schema.json', configurationJsonSchema());
