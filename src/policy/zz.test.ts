import { expect, it } from 'vitest';
import { readFileSync, readdirSync } from 'node:fs';
import { readPolicy } from './read.ts';
import { policyJsonSchema } from './schema.ts';
it('x', () => {
  for (const f of readdirSync('examples/policies'))
    expect(readPolicy(readFileSync(`examples/policies/${f}`, 'utf8'))).toMatchObject({ ok: true });
  console.log(
    readPolicy(`{"version": 1, "defalt":"Deny", "default": "Allow", /* c */
  "tools": {"a": {"limts": [], "limits":[{"counter":"x","window":"minut","max":-1,"scop":"grant"}], "rate_limit":"5/hour"},
   "b":{"require":[{"conditions":[{"path":"arg.x","op":"eqq","vale":1},{"path":"args.x","op":"regex","value":"(a"},{"path":"args.x","op":"exists","value":"x","on_missing":"match"}],}]},
   "__proto__": {"x":1}, "a": {"action":"hide"}}, "limits": [], "__proto__": 5, "risk":{"raed":{}}, "hide":[""]}`),
  );
  console.log(
    readPolicy(''),
    readPolicy('[]'),
    readPolicy('{"version":"1"}'),
    readPolicy('{"version":"1","default":"deny","tools":{"a":{"limits":[{}]}}}'),
    readPolicy(
      '{"version":"1","default":"deny","tools":{"":{"limits":[{"counter":"a","window":0.5,"max":1e-9}]}}}',
    ),
  );
  console.log(readPolicy('['.repeat(100000)), readPolicy('{"a":'.repeat(5000) + '1' + '}'.repeat(5000)));
  console.log(JSON.stringify(policyJsonSchema(), null, 1).slice(0, 6000));
});
