import { html, raw } from 'hono/html';
import type { Html } from './page.ts';

/** What may stand in markup: everything but `Html` is escaped. Lists are joined; undefined and false leave nothing. */
export type Child = Html | string | number | undefined | false | readonly Child[];

/** A tagged template of HTML that escapes what is put in. */
export function markup(strings: TemplateStringsArray, ...children: readonly Child[]): Html {
  // without promises among the children the result is there at once
  return html(strings, ...children) as Html;
}

/** Our own constant text as it is. Never for text of others. */
export function trusted(text: string): Html {
  return raw(text);
}
