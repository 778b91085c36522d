import { fileURLToPath } from 'node:url';
import { createContext, Script } from 'node:vm';
import { expect, it } from 'vitest';
import { build } from 'vite';

const DOOR = fileURLToPath(new URL('./index.ts', import.meta.url));

/** The room as one script for browsers. */
async function bundle(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['toolgate-source', 'browser', 'module', 'import', 'default'] },
    build: { write: false, minify: false, lib: { entry: DOOR, formats: ['iife'], name: 'policy' } },
  });
  const [output] = Array.isArray(built) ? built : [built];
  const chunk = output !== undefined && 'output' in output ? output.output[0] : undefined;
  if (chunk === undefined || chunk.imports.length > 0) throw new Error('the bundle is not one piece');
  return chunk.code;
}

it('decides in a browser as it does on the server', async () => {
  // A new context has the language's own globals only: no process, Buffer, require or fetch.
  const context = createContext({});
  new Script(await bundle()).runInContext(context);
  const decided: unknown = new Script(`(() => {
    const read = policy.readPolicy('{"version":"1","default":"deny","tools":{"x":{"deny_if":[{"conditions":[{"path":"args.a","op":"regex","value":"^b"}]}]}}}');
    const compiled = policy.compilePolicy(read.document, { name: 'p', version: '1' });
    const tool = policy.knowTool({ name: 'x', inputSchema: { type: 'object', properties: { a: { type: 'string' } } } });
    const decide = (args) => policy.decide(compiled, { tool: 'x', arguments: args }, tool).rule;
    const linted = policy.lintPolicy(read.document, [tool.definition]).length;
    return JSON.stringify([typeof process, decide({ a: 'a' }), decide({ a: 'b' }), decide({ c: 1 }), linted, typeof policy.policyJsonSchema()]);
  })()`).runInContext(context);
  expect(decided).toBe(
    JSON.stringify(['undefined', '/tools/x', '/tools/x/deny_if/0', '/arguments', 1, 'object']),
  );
}, 60_000);
