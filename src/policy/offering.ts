import type { OfferingRule, PolicyDocument } from './document.ts';
import { compileNameList, compileNameTable } from './name-table.ts';
import { pointerTo } from './pointer.ts';
import { templateFault, templatePattern, uriFault } from './uri.ts';

/** What a server offers besides tools, by the name that a policy knows it under. */
export interface Offering {
  readonly kind: OfferingKind;
  /** The URI of a resource, the `uriTemplate` of a template, the name of a prompt. */
  readonly name: string;
}

export type OfferingKind = 'resource' | 'template' | 'prompt';

/** How a section of the policy treats one offering. */
export interface OfferingTreatment {
  readonly hidden: boolean;
  /** Why the URI cannot be judged by rules with `*`; undefined when it can, or need not be. */
  readonly fault: string | undefined;
  readonly governed: { readonly owner: string; readonly rule: OfferingRule } | undefined;
}

/** The sections `resources` or `prompts`, made ready. */
export interface CompiledSection {
  readonly fallback: 'allow' | 'deny';
  treatmentOf(offering: Offering): OfferingTreatment;
}

/** The sections of a document; undefined where it has none. */
export interface CompiledSections {
  readonly resources: CompiledSection | undefined;
  readonly prompts: CompiledSection | undefined;
}

interface Section {
  readonly default?: 'allow' | 'deny' | undefined;
  readonly hide?: readonly string[] | undefined;
}

/** Makes both sections ready. */
export function compileSections({ resources, prompts }: PolicyDocument): CompiledSections {
  return {
    resources: resources && compileSection(resources, resources.uris ?? {}, ['resources', 'uris']),
    prompts: prompts && compileSection(prompts, prompts.names ?? {}, ['prompts', 'names']),
  };
}

function compileSection(
  section: Section,
  rules: Readonly<Record<string, OfferingRule>>,
  path: readonly string[],
): CompiledSection {
  const fallback = section.default ?? 'deny';
  const hide = section.hide ?? [];
  const isHidden = compileNameList(hide);
  const entries = Object.entries(rules);
  const table = compileNameTable(
    entries.map(([name, rule]) => [name, { owner: pointerTo([...path, name]), rule }] as const),
  );
  // Where nothing is refused there is nothing that another way of writing a URI could get round.
  const isOpen =
    fallback === 'allow' && hide.length === 0 && entries.every(([, rule]) => rule.action !== 'deny');
  return {
    fallback,
    treatmentOf({ kind, name }) {
      const compared = kind === 'template' ? templatePattern(name) : name;
      const hidden = isHidden(name) || isHidden(compared);
      const exact = table.exact(name);
      if (exact !== undefined) return { hidden, fault: undefined, governed: exact };
      const fault = isOpen || kind === 'prompt' ? undefined : faultOf(kind, name);
      return { hidden, fault, governed: table.strongest(compared) };
    },
  };
}

function faultOf(kind: 'resource' | 'template', name: string): string | undefined {
  return kind === 'template' ? templateFault(name) : uriFault(name);
}
