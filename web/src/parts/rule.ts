/** What a rule string says, and where in the policy it stands. */

/** Rules that are no place in a document, in words. */
const NAMED: Readonly<Record<string, string>> = {
  '(no policy)': 'The grant carries no policy, so every call is denied.',
  '(hidden)': 'The policy hides this: for the agent it does not exist.',
  '(unknown tool)': 'The server does not list a tool of this name.',
  '(unknown task)': 'The task is not one that this grant made.',
  '(ambiguous uri)': 'The address could mean several things, so it was not let through.',
  '(default deny)': 'No rule names this, and the policy denies by default.',
  '(default allow)': 'No rule names this, and the policy allows by default.',
  '(not governed)': 'Policies do not govern this; it passed as it was.',
  '(protocol)': 'The request was not said as the protocol wants it, so nothing was asked of the server.',
  '(batch)': 'The batch was refused as a whole.',
  '(switched off)': 'This part of the protocol is switched off for the server.',
  '(definition changed)':
    'The definition of the tool is not the accepted one, and the server blocks such calls.',
  '(new definition)':
    'The tool is new: nobody has accepted its definition, and the server blocks such calls.',
  '(upstream unavailable)': 'The server could not be reached.',
  '(internal failure)': 'The gateway could not decide, so it refused.',
  '(engine error)': 'The gateway could not decide, so it refused.',
  '(not recorded)': 'The decision could not be recorded, so the call did not leave.',
};

const PART: readonly (readonly [shape: RegExp, words: (match: RegExpExecArray) => string])[] = [
  [/^\/arguments$/, () => "The arguments do not fit the tool's own schema."],
  [/\/require\/(\d+)$/, ([, index]) => `Requirement ${place(index)} of the rule is not met.`],
  [/\/deny_if\/(\d+)$/, ([, index]) => `Condition ${place(index)} for denying holds.`],
  [/\/approve_if\/(\d+)$/, ([, index]) => `Condition ${place(index)} for asking a person holds.`],
  [/\/limits\/([^/]+)$/, ([, counter]) => `The limit “${unescaped(counter)}” has no room left.`],
  [/\/rate_limit$/, () => 'The rate limit has no room left.'],
  [/\/action$/, () => 'The action of the rule decides this.'],
  [/^\/risk\/([a-z]+)$/, ([, category]) => `The rule for the risk category “${category}” allows it.`],
  [/^\/tools\/([^/]+)$/, ([, name]) => `The rule for “${unescaped(name)}” allows it.`],
];

/** Why it was decided so, in one sentence; undefined when the rule says no more than its own text. */
export function ruleInWords(rule: string): string | undefined {
  const named = NAMED[rule];
  if (named !== undefined) return named;
  for (const [shape, words] of PART) {
    const match = shape.exec(rule);
    if (match) return words(match);
  }
  return undefined;
}

const POINTER_OF: Readonly<Record<string, string>> = {
  '(hidden)': '/hide',
  '(default deny)': '/default',
  '(default allow)': '/default',
};

interface Ruled {
  readonly server: string;
  readonly policy?: string;
  readonly policyVersion?: string;
  readonly rule: string;
}

/** Where the very rule of the very version is shown; undefined when there was none, or when it is kept in a file. */
export function ruleAddress({ server, policy, policyVersion, rule }: Ruled): string | undefined {
  // versions of policies in files are hashes, of which only the newest is kept
  if (policy === undefined || policyVersion === undefined || !/^\d{1,9}$/.test(policyVersion))
    return undefined;
  const at = rule.startsWith('/') ? rule : POINTER_OF[rule];
  const query = new URLSearchParams({ version: policyVersion, ...(at !== undefined && { at }) });
  return `/servers/${encodeURIComponent(server)}/policies/${encodeURIComponent(policy)}?${query.toString()}`;
}

function place(index: string | undefined): string {
  return String(Number(index) + 1);
}

function unescaped(segment: string | undefined): string {
  return (segment ?? '').replaceAll('~1', '/').replaceAll('~0', '~');
}
