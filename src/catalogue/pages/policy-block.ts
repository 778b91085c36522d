import { UNSEEN } from './inert-text.ts';
import { markup } from './markup.ts';
import type { Html } from './page.ts';
import { sentence } from './phrases.ts';
import { prose } from './prose.ts';

export interface PolicyBlockOptions {
  /** Of the element that holds the text; unique on the page. */
  readonly id: string;
  /** What the block is, e.g. `policy.json`. */
  readonly label: string;
  /** What the policy does, derived from the engine; names in it stand between backticks. */
  readonly effect: string;
}

/** A document as people read and paste it. Characters that a reader would not see are written as JSON escapes. */
export function policyText(policy: object): string {
  return JSON.stringify(policy, null, 2).replaceAll(UNSEEN_IN_JSON, (found) =>
    [...Array(found.length).keys()]
      .map((index) => `\\u${found.charCodeAt(index).toString(16).padStart(4, '0')}`)
      .join(''),
  );
}

const UNSEEN_IN_JSON = new RegExp(`(?!\\n)(?:${UNSEEN.source})`, 'gu');

/** A policy with a button that copies it, and its effect in one sentence. */
export function policyBlock(policy: object, { id, label, effect }: PolicyBlockOptions): Html {
  return markup`<figure class="policy">
${codeFigure(policyText(policy), { id, label })}
<figcaption><strong>Effect:</strong> ${prose(sentence(effect))}</figcaption>
</figure>`;
}

/** Text to paste, with a button that copies it. The button is there only where scripts run. */
export function codeFigure(text: string, { id, label }: Pick<PolicyBlockOptions, 'id' | 'label'>): Html {
  return markup`<div class="code"><div class="code-head"><span class="code-label">${label}</span><button class="copy" type="button" data-copy="${id}" hidden>Copy<span class="visually-hidden"> ${label}</span></button></div>
<pre id="${id}" tabindex="0" role="group" aria-label="${label}"${label === 'terminal' && IN_LINES}><code>${text}</code></pre></div>`;
}

const IN_LINES = markup` class="line"`;
