import { z } from 'zod';
import { RISK_CATEGORIES } from '#risk';
import { toMicros } from './amount.ts';
import { isGlob } from './glob.ts';
import type { Json } from './json.ts';
import { parsePath } from './path.ts';
import { compilePattern } from './pattern.ts';
import { uriGlobFault } from './uri.ts';
import { LONGEST_WINDOW_SECONDS, WINDOW_NAMES } from './window.ts';

/*
 * The one definition of a policy document: types, validation and the published JSON Schema come from here.
 * Nothing is transformed or filled in, so a valid document is its own parsed form.
 */

/** Fails a text with what a reader of it says. */
function readable(read: (text: string) => object) {
  return (context: z.core.ParsePayload<string>): void => {
    const result = read(context.value);
    if ('message' in result) {
      context.issues.push({ code: 'custom', input: context.value, message: String(result.message) });
    }
  };
}

const path = z
  .string()
  .check(readable(parsePath))
  .meta({
    description:
      'Where to look in the call: "args.amount", "args.items[0].price", any element with "args.items[*].price", odd keys with args["a.b"]. Copy argument names exactly from the tool\'s inputSchema.',
    pattern: '^args[.[]',
    examples: ['args.amount'],
  });

const onMissing = z
  .enum(['match', 'no_match'])
  .describe(
    'What a call without this argument counts as. Without this member it does not match: "require" then refuses the call, "deny_if" and "approve_if" let it pass.',
  )
  .optional();

/** Any JSON value: documents come from JSON text, so there is nothing to check. */
const json = z.unknown() as z.ZodType<Json>;

const condition = z
  .discriminatedUnion('op', [
    z.strictObject({
      path,
      op: z.enum(['eq', 'neq', 'contains']).describe('How to compare. Nothing is coerced: "5" is not 5.'),
      value: json.describe(
        'Compared as JSON. "contains": a piece of text when the argument is a text, an element when it is an array.',
      ),
      on_missing: onMissing,
    }),
    z.strictObject({
      path,
      op: z.enum(['in', 'not_in']).describe('Whether the argument is one of a list.'),
      value: z.array(json).describe('The list, compared as JSON.'),
      on_missing: onMissing,
    }),
    z.strictObject({
      path,
      op: z
        .enum(['lt', 'lte', 'gt', 'gte'])
        .describe('Below, at most, above, at least. The argument must be a number.'),
      value: z.number().describe('The bound.'),
      on_missing: onMissing,
    }),
    z.strictObject({
      path,
      op: z.literal('regex').describe('Whether the argument, a text, matches a regular expression.'),
      value: z
        .string()
        .check(readable(compilePattern))
        .describe('RE2 syntax, searched anywhere in the text: write ^(…)$ to match the whole of it.'),
      on_missing: onMissing,
    }),
    z.strictObject({
      path,
      op: z.literal('exists').describe('Whether the argument is there. null counts as there.'),
      value: z.boolean().describe('true: it must be there; false: it must not.'),
    }),
  ])
  .meta({ id: 'condition', description: 'One comparison.' });

/** The fields of a condition, whatever its operator: tells what else is wrong when `op` is misspelt. */
export const conditionFrame = z.strictObject({
  path,
  op: z.unknown(),
  value: z.unknown(),
  on_missing: onMissing,
});

const predicate = z
  .strictObject({
    id: z.string().min(1).describe('A name of your own for this predicate, for people.').optional(),
    conditions: z.array(condition).describe('All must hold. An empty list always holds.'),
    on_deny: z.string().min(1).describe('What the agent is told. Say what it should do instead.').optional(),
  })
  .meta({ id: 'predicate', description: 'A question about the arguments of a call.' });

const amount = z
  .number()
  .check((context) => {
    if (toMicros(context.value) !== undefined) return;
    context.issues.push({
      code: 'custom',
      input: context.value,
      message: 'must be from 0 to 9007199254.74, with at most six decimals',
    });
  })
  .meta({ minimum: 0 });

const seconds = z.int().min(1).max(LONGEST_WINDOW_SECONDS);
const window = z
  .union([z.enum(WINDOW_NAMES), seconds], {
    error: `must be "minute", "hour", "day" or whole seconds from 1 to ${LONGEST_WINDOW_SECONDS}`,
  })
  .describe('"minute", "hour", "day", or whole seconds. Windows are aligned to UTC and reset by themselves.');

const limit = z
  .strictObject({
    counter: z
      .string()
      .min(1)
      .max(200)
      .describe('Name of the counter. Limits with the same counter, window and scope share one budget.'),
    window,
    max: amount.describe('How much passes in one window.'),
    scope: z
      .enum(['grant', 'session', 'server', 'organisation'])
      .describe('Who shares the counter. Default: "grant".')
      .optional(),
    increment_from: path
      .refine((text) => !text.includes('[*]'), 'must lead to one number: [*] is not possible here')
      .meta({
        description:
          'Adds this number of the call instead of 1, e.g. "args.amount". A call without it, or with a negative or too fine a number, is refused.',
      })
      .optional(),
    on_deny: z.string().min(1).describe('What the agent is told when the limit is spent.').optional(),
    on_unavailable: z
      .enum(['deny', 'allow'])
      .describe('What happens while the quota store cannot be reached. Default: "deny".')
      .optional(),
  })
  .meta({ id: 'limit', description: 'How much may pass in a window of time.' });

const requireList = z
  .array(predicate)
  .describe('Every one of these must hold, or the call is refused.')
  .optional();
const denyIfList = z.array(predicate).describe('None of these may hold, or the call is refused.').optional();
const limitList = z.array(limit).describe('Quotas that the call must fit in, all together.').optional();

const rule = z
  .strictObject({
    action: z
      .enum(['allow', 'deny', 'require_approval'])
      .describe(
        '"allow" (default), "deny": visible but every call is refused, "require_approval": a person says yes to each call.',
      )
      .optional(),
    reason: z
      .string()
      .min(1)
      .describe('What the agent is told when "action" denies or holds a call.')
      .optional(),
    require: requireList,
    deny_if: denyIfList,
    approve_if: z
      .array(predicate)
      .describe('When one of these holds, the call waits for a person.')
      .optional(),
    limits: limitList,
    rate_limit: z
      .strictObject({ max: amount.describe('How many calls pass in one window.'), window })
      .describe('Short form of one limit: scope "session", counter "rate_limit".')
      .optional(),
  })
  .meta({ id: 'rule', description: 'What the policy says of a tool. {} allows it.' });

const sharedRule = z
  .strictObject({ require: requireList, deny_if: denyIfList, limits: limitList })
  .describe('Applies to every call, besides the rule of its own.');

const toolName = z.string().min(1);

const offeringRule = z
  .strictObject({
    action: z
      .enum(['allow', 'deny'])
      .describe('"allow" (default), "deny": stays visible, but every use is refused.')
      .optional(),
    reason: z.string().min(1).describe('What the agent is told when "action" denies.').optional(),
  })
  .meta({
    id: 'offering_rule',
    description: 'What the policy says of a resource or a prompt. {} allows it.',
  });

const offeringDefault = z
  .enum(['deny', 'allow'])
  .describe('What happens to those that nothing else names. Default: "deny".')
  .optional();

/** A URI or a glob of URIs; a glob that no URI in plain form can match would be a rule without effect. */
const uriName = z
  .string()
  .min(1)
  .check((context) => {
    const fault = isGlob(context.value) ? uriGlobFault(context.value) : undefined;
    if (fault === undefined) return;
    context.issues.push({
      code: 'custom',
      input: context.value,
      message: `no URI can match: a rule with * applies to URIs in plain form only, and this one ${fault}`,
    });
  });

const resources = z
  .strictObject({
    default: offeringDefault,
    hide: z
      .array(uriName)
      .describe('URIs and templates, exact or by glob (*), that the agent neither sees nor can read.')
      .optional(),
    uris: z
      .record(uriName, offeringRule)
      .describe(
        'A rule per URI, template or glob (*). The exact one wins, then the glob with most literal characters.',
      )
      .optional(),
  })
  .describe('What the agent may read and subscribe to. Without this section all resources pass.');

const prompts = z
  .strictObject({
    default: offeringDefault,
    hide: z
      .array(z.string().min(1))
      .describe('Prompts, by name or glob (*), that the agent neither sees nor can get.')
      .optional(),
    names: z
      .record(z.string().min(1), offeringRule)
      .describe(
        'A rule per prompt name or glob (*). The exact one wins, then the glob with most literal characters.',
      )
      .optional(),
  })
  .describe('Which prompts the agent may use. Without this section all prompts pass.');

const document = z
  .strictObject({
    $schema: z.string().describe('For editors: where the JSON Schema of this format is.').optional(),
    version: z.literal('1').describe('Always "1".'),
    description: z.string().describe('For people.').optional(),
    default: z.enum(['deny', 'allow']).describe('What happens to tools that nothing else names.'),
    mode: z
      .enum(['enforce', 'observe'])
      .describe('"observe" decides, counts and logs, but blocks nothing. Default: "enforce".')
      .optional(),
    hide: z
      .array(toolName)
      .describe('Tools, by name or glob (*), that the agent neither sees nor can call. "*" hides all.')
      .optional(),
    arguments: z
      .enum(['declared', 'any'])
      .describe(
        '"declared" (default): arguments must satisfy the tool\'s inputSchema and may hold only what it declares. "any": no check.',
      )
      .optional(),
    all_tools: sharedRule.optional(),
    risk: z
      .strictObject(
        Object.fromEntries(RISK_CATEGORIES.map((category) => [category, rule.optional()])) as Record<
          (typeof RISK_CATEGORIES)[number],
          z.ZodOptional<typeof rule>
        >,
      )
      .describe(
        'A rule per risk category, for tools that "tools" does not name. A tool of unknown class counts as "execute".',
      )
      .optional(),
    tools: z
      .record(toolName, rule)
      .describe(
        'A rule per tool name or glob (*). The exact name wins, then the glob with most literal characters.',
      )
      .optional(),
    resources: resources.optional(),
    prompts: prompts.optional(),
  })
  .meta({ title: 'Toolgate policy', description: 'What an agent may do with one MCP server.' });

export const policyDocumentSchema = document;
export const ruleSchema = rule;
export const offeringRuleSchema = offeringRule;

export type PolicyDocument = z.infer<typeof document>;
export type Rule = z.infer<typeof rule>;
export type OfferingRule = z.infer<typeof offeringRule>;
export type SharedRule = z.infer<typeof sharedRule>;
export type Predicate = z.infer<typeof predicate>;
export type Condition = z.infer<typeof condition>;
export type Limit = z.infer<typeof limit>;
