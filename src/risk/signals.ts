import type { Act } from './concepts.ts';
import { memberOf, textOf, type RiskTool } from './definition.ts';
import { verbFormOf } from './english.ts';
import { CONCEPTS } from './concepts.ts';
import { englishNounGroups } from './nouns.ts';
import { nameWords } from './words.ts';

/** What a parameter makes possible. */
export type SignalKind =
  | 'file_path'
  | 'url'
  | 'sql'
  | 'code'
  | 'credentials'
  | 'money'
  | 'recipients'
  | 'bulk'
  | 'force'
  | 'free_form'
  | 'dry_run'
  | 'choice_of_action';

export interface ParameterSignal {
  readonly kind: SignalKind;
  /** Name of the parameter, as the schema has it. */
  readonly parameter: string;
}

/** Parameters looked at; a schema with more is one of machines. */
const MAX_PARAMETERS = 200;
const MAX_CHOICES = 100;

const KINDS: readonly (readonly [kind: SignalKind, pattern: RegExp])[] = [
  ['sql', /^(?:sql|sql_?query|sql_?statement|cypher|kql|promql|query_?sql|statement)$/],
  [
    'code',
    /^(?:command|cmd|commands|shell_?command|script|code|javascript|js|python|python_?code|source_?code|expression|function_?body|snippet|powershell|bash|args_?line)$/,
  ],
  [
    'credentials',
    /(?:^|_)(?:password|passwd|secret|api_?key|access_?token|private_?key|credentials?|client_?secret|auth_?token|mnemonic|seed_?phrase|passphrase)$/,
  ],
  [
    'money',
    /(?:^|_)(?:amount|price|currency|total|amount_?cents|max_?fee|tip|payment_?method|payment_?method_?id|lamports|wei|slippage)$/,
  ],
  [
    'recipients',
    /^(?:to|cc|bcc|recipients?|recipient_?list|to_?emails?|emails|phone_?numbers?|to_?number|chat_?ids?|subscribers|audience)$/,
  ],
  ['bulk', /^(?:is_?all|all|select_?all|bulk|ids|all_?items|apply_?to_?all|everything|delete_?all|.*_all)$/],
  [
    'force',
    /^(?:force|recursive|overwrite|cascade|no_?confirm|skip_?confirmation|yes|permanent|permanently|hard_?delete|purge|confirm)$/,
  ],
  ['dry_run', /^(?:dry_?run|preview|simulate|validate_?only|what_?if|test_?mode)$/],
  ['url', /(?:^|_)(?:url|uri|endpoint|webhook_?url|link|href|website)$/],
  [
    'file_path',
    /(?:^|_)(?:path|file|file_?path|file_?name|filename|dir|directory|folder|source|destination|output_?path|paths)$/,
  ],
];

const ACTION_PARAMETER =
  /^(?:action|operation|op|method|http_?method|verb|mode|command|type_?of_?action|action_?name|action_?type)$/;

/** What the parameters of a tool make possible, in the order of the schema. */
export function parameterSignals(tool: RiskTool): readonly ParameterSignal[] {
  const signals: ParameterSignal[] = [];
  for (const [parameter, schema] of parametersOf(tool)) {
    const key = nameWords(parameter)
      .map(({ text }) => text)
      .join('_');
    const kind =
      choicesOf(parameter, schema).length > 0
        ? 'choice_of_action'
        : KINDS.find(([, pattern]) => pattern.test(key))?.[0];
    if (kind !== undefined) signals.push({ kind, parameter });
    else if (textOf(memberOf(schema, 'format')) === 'uri') signals.push({ kind: 'url', parameter });
    else if (isFreeForm(schema)) signals.push({ kind: 'free_form', parameter });
  }
  return signals;
}

function parametersOf(tool: RiskTool): readonly (readonly [string, unknown])[] {
  const properties = memberOf(tool.inputSchema, 'properties');
  if (typeof properties !== 'object' || properties === null) return [];
  return Object.entries(properties).slice(0, MAX_PARAMETERS);
}

/** An object whose members the schema does not name takes anything. */
function isFreeForm(schema: unknown): boolean {
  return (
    memberOf(schema, 'type') === 'object' &&
    memberOf(schema, 'properties') === undefined &&
    memberOf(schema, 'additionalProperties') !== false
  );
}

/** Parameters that name a request's method; those of a tool that only describes a request do not act. */
const METHOD_PARAMETER = /^(?:http_?)?method$/;

/** Verbs that a parameter lets the caller choose from: `action: list | create | delete`. */
export interface ActionChoice {
  readonly parameter: string;
  readonly value: string;
  readonly act: Act;
  /** The methods of HTTP: what they do is up to the endpoint. */
  readonly isMethod: boolean;
}

function choicesOf(parameter: string, schema: unknown): readonly ActionChoice[] {
  const key = nameWords(parameter)
    .map(({ text }) => text)
    .join('_');
  if (!ACTION_PARAMETER.test(key)) return [];
  const values = memberOf(schema, 'enum') ?? constantsOf(schema);
  if (!Array.isArray(values)) return [];
  const given = values.slice(0, MAX_CHOICES).filter((value) => typeof value === 'string');
  const isMethod = METHOD_PARAMETER.test(key) && given.some((value) => /^(?:get|post)$/i.test(value));
  const choices = given.flatMap((value): ActionChoice[] => {
    const act = actOfChoice(value);
    return act === undefined ? [] : [{ parameter, value, act, isMethod }];
  });
  // kinds of things, of which one or another reads like an act: "assigned, mentioned, build_failed"
  return choices.length * 4 >= given.length ? choices : [];
}

function constantsOf(schema: unknown): unknown {
  const branches = memberOf(schema, 'oneOf') ?? memberOf(schema, 'anyOf');
  return Array.isArray(branches) ? branches.map((branch) => memberOf(branch, 'const')) : undefined;
}

const HTTP_METHODS: Readonly<Record<string, Act>> = {
  get: 'read',
  post: 'write',
  put: 'write',
  patch: 'write',
  delete: 'destroy',
};

function actOfChoice(value: string): Act | undefined {
  const words = nameWords(value.slice(0, 100));
  const method = words.length === 1 ? HTTP_METHODS[words[0]?.text ?? ''] : undefined;
  if (method !== undefined && value === value.toUpperCase()) return method;
  // `build_failed` tells what happened
  if (words.length > 1 && words.some(({ text }) => verbFormOf(text)?.form === 'ed' || text === 'failed'))
    return undefined;
  for (const [index, word] of words.entries()) {
    const form = verbFormOf(word.text);
    if (form?.form !== 'base') continue;
    const others = words.filter((_, at) => at !== index).map(({ text }) => text);
    if (form.concept === 'start' && others.some((text) => text === 'auth' || text === 'login'))
      return 'write';
    const { act } = CONCEPTS[form.concept];
    // `mint_token`, `transfer_owner`: money only where it is named
    const isOfMoney = others.length === 0 || others.some((text) => englishNounGroups(text).has('money'));
    return act === 'pay' && (!isOfMoney || isCredential(others) || form.base === 'mint') ? 'write' : act;
  }
  return undefined;
}

/** A token that opens something, not one that is money. */
function isCredential(words: readonly string[]): boolean {
  return words.length === 1 && words[0] === 'token';
}

/** All acts that the parameters of a tool let the caller choose from. */
export function actionChoices(tool: RiskTool): readonly ActionChoice[] {
  return parametersOf(tool).flatMap(([parameter, schema]) => choicesOf(parameter, schema));
}
