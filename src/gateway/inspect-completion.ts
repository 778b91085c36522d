import { isJsonObject, type Json, type JsonObject } from '#mcp';
import type { InspectionContext } from './inspect.ts';
import { mayOffer } from './judge-offering.ts';

/** `{name}`, `{+name}` and the like: one variable, whose value becomes a part of the URI as it stands. */
const EXPRESSION = /\{([+#]?)(\w+)(?::\d+|\*)?\}/g;

/**
 * The answer to a completion, with only those values of a template's variable that lead to something the agent may see:
 * else it could spell out the names of what is hidden. A replay does not tell what was completed, so it tells nothing. The
 * same object when all may stay.
 */
export function filterCompletion(
  result: JsonObject,
  { offering, asked, policy }: Pick<InspectionContext, 'offering' | 'asked' | 'policy'>,
): JsonObject {
  const { completion } = result;
  const values = isJsonObject(completion) ? completion['values'] : undefined;
  if (!isJsonObject(completion) || !Array.isArray(values) || policy?.resources === undefined) return result;
  if (offering !== undefined && offering.kind !== 'template') return result;
  const known = knownArguments(asked);
  const variable = variableOf(asked);
  const kept = (values as readonly Json[]).filter((value) => {
    // half a surrogate pair has no place in a URI
    if (offering === undefined || typeof value !== 'string' || /\p{Cs}/u.test(value)) return false;
    const name = fillIn(offering.name, new Map(known).set(variable, value));
    return mayOffer(policy, { kind: name.includes('{') ? 'template' : 'resource', name });
  });
  if (kept.length === values.length) return result;
  const { total: _total, hasMore: _hasMore, ...rest } = completion;
  return { ...result, completion: { ...rest, values: kept } };
}

function variableOf(params: JsonObject | undefined): string {
  const argument = params?.['argument'];
  const name = isJsonObject(argument) ? argument['name'] : undefined;
  return typeof name === 'string' ? name : '';
}

/** What the agent says the other variables are. */
function knownArguments(params: JsonObject | undefined): Map<string, string> {
  const context = params?.['context'];
  const given = isJsonObject(context) ? context['arguments'] : undefined;
  if (!isJsonObject(given)) return new Map();
  return new Map(
    Object.entries(given).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function fillIn(template: string, values: ReadonlyMap<string, string>): string {
  return template.replaceAll(EXPRESSION, (expression, operator: string, name: string) => {
    const value = values.get(name);
    if (value === undefined) return expression;
    return operator === '' ? encodeURIComponent(value) : encodeURI(value);
  });
}
