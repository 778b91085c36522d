import { capital } from '../../parts/sentence.ts';

/** Where a rule comes from, for people. */
export function sourceInWords(rule: string, tool: string, hide: readonly string[] = []): string {
  if (rule === '(hidden)') return hide.includes(tool) ? 'by its name' : 'by a pattern';
  if (rule === '(default deny)' || rule === '(default allow)') return 'by the default';
  const [, section = '', raw = ''] = rule.split('/');
  const name = raw.replaceAll('~1', '/').replaceAll('~0', '~');
  if (section === 'risk') return `by the rule for ${capital(name)} tools`;
  return name === tool ? 'by its own rule' : `by the pattern ${name}`;
}

const FIELDS: Readonly<Record<string, string>> = {
  default: 'What happens to tools without a rule',
  mode: 'Mode',
  description: 'Description',
  arguments: 'Check of arguments',
  hide: 'Hidden tools',
  all_tools: 'Every call',
  risk: 'Rules by class',
  tools: 'Tools',
  resources: 'Resources',
  prompts: 'Prompts',
};

/** The place that a pointer leads to, in words: `Tools › refund › deny_if › 1`. */
export function pointerInWords(pointer: string): string {
  if (pointer === '') return 'The whole document';
  const [first = '', ...rest] = pointer
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  return [
    FIELDS[first] ?? first,
    ...rest.map((part) => (/^\d+$/.test(part) ? String(Number(part) + 1) : part)),
  ].join(' › ');
}
