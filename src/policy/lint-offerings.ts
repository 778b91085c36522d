import type { OfferingRule, PolicyDocument } from './document.ts';
import { isGlob } from './glob.ts';
import type { Remark } from './lint-finding.ts';
import { compileNameList } from './name-table.ts';
import { templateFault, leavesHostOpen, uriFault } from './uri.ts';

interface Section {
  readonly default?: 'allow' | 'deny' | undefined;
  readonly hide?: readonly string[] | undefined;
}

type Rules = Readonly<Record<string, OfferingRule>>;

/** `resources` and `prompts`, as far as they can be judged without asking the server. */
export function lintOfferings({ resources, prompts }: PolicyDocument): Remark[] {
  const remarks: Remark[] = [];
  if (resources !== undefined) {
    const uris = resources.uris ?? {};
    remarks.push(...lintSection(resources, uris, ['resources', 'uris']));
    remarks.push(...Object.entries(uris).flatMap(([uri, rule]) => lintUri(uri, rule, resources.default)));
  }
  if (prompts !== undefined) remarks.push(...lintSection(prompts, prompts.names ?? {}, ['prompts', 'names']));
  return remarks;
}

function lintSection(section: Section, rules: Rules, path: readonly [string, string]): Remark[] {
  const [member] = path;
  const hide = section.hide ?? [];
  const isHidden = compileNameList(hide);
  const remarks = Object.entries(rules).flatMap(([name, rule]): Remark[] => {
    const found: Remark[] = [];
    if (!isGlob(name) && isHidden(name)) {
      const message = `"hide" hides ${JSON.stringify(name)}, so this rule is never reached`;
      found.push({ level: 'warning', path: [...path, name], message });
    }
    if (rule.reason !== undefined && rule.action !== 'deny') {
      const message = '"reason" is never shown: it goes with "action": "deny"';
      found.push({ level: 'warning', path: [...path, name, 'reason'], message });
    }
    return found;
  });
  const allowsSomething = Object.values(rules).some((rule) => rule.action !== 'deny');
  if (section.default !== 'allow' && hide.length > 0 && !allowsSomething) {
    remarks.push({
      level: 'warning',
      path: [member, 'hide'],
      message: `this section refuses all ${member}, not only the hidden ones: it allows none, and what nothing allows is refused`,
      suggestion: 'write "default": "allow" in it, or name what is allowed',
    });
  }
  return remarks;
}

/** Rules on URIs that hold for fewer or for more of them than they seem to. */
function lintUri(uri: string, rule: OfferingRule, fallback: 'allow' | 'deny' | undefined): Remark[] {
  const path = ['resources', 'uris', uri];
  const warn = (message: string, suggestion?: string): Remark[] => [
    { level: 'warning', path, message, suggestion },
  ];
  if (isGlob(uri)) {
    if (leavesHostOpen(uri) && rule.action !== 'deny')
      return warn(
        'the * can stand for the rest of a host name, so other hosts match too',
        'end the host with /',
      );
    const isDodged = rule.action === 'deny' && !uri.endsWith('*');
    return isDodged
      ? warn(
          'a URI with a query behind it does not match, and a server may ignore the query',
          'end it with *',
        )
      : [];
  }
  if (uri.includes('{') && templateFault(uri) === undefined && rule.action !== 'deny')
    return warn(
      'this allows the template alone: the URIs that are made from it need a rule of their own',
      'add a rule with * in place of each {…}',
    );
  if (rule.action === 'deny' && fallback === 'allow' && uriFault(uri) !== undefined)
    return warn(`this URI ${uriFault(uri)}: it is refused in this very writing, and perhaps not in another`);
  return [];
}
