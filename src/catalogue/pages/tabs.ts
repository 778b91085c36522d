import { markup, type Child } from './markup.ts';
import type { Html } from './page.ts';

/** One of several blocks of which one is seen at a time. */
export interface Tab {
  readonly id: string;
  readonly label: string;
  readonly body: Child;
}

/** Tabs that need no script: a choice of one, and the block behind it. `name` must be unique on the page. */
export function tabs(name: string, legend: string, items: readonly Tab[]): Html {
  return markup`<fieldset class="tabs"><legend>${legend}</legend>${items.map(
    ({ id, label, body }, index) =>
      markup`<input type="radio" name="${name}" id="${name}-${id}"${index === 0 && CHECKED}><label for="${name}-${id}">${label}</label><div class="tab">${body}</div>`,
  )}</fieldset>`;
}

const CHECKED = markup` checked`;
