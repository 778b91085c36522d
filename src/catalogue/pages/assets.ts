import { createHash } from 'node:crypto';
import { SEARCH_AND_FORMS_STYLE } from './assets/search-and-forms-style.ts';
import { SEARCH_SCRIPT } from './assets/search-script.ts';
import { SCRIPT } from './site-script.ts';
import { STYLE } from './style.ts';

/** A file of the site, under a name that changes with its content. */
export interface Asset {
  readonly path: string;
  readonly type: string;
  readonly body: string;
}

function asset(name: string, extension: string, type: string, body: string): Asset {
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 10);
  return { path: `/assets/${name}.${hash}.${extension}`, type, body };
}

const style = asset('site', 'css', 'text/css; charset=utf-8', STYLE + SEARCH_AND_FORMS_STYLE);
const script = asset('site', 'js', 'text/javascript; charset=utf-8', SCRIPT + SEARCH_SCRIPT);

export const STYLE_PATH = style.path;
export const SCRIPT_PATH = script.path;

/** All files of the site, by path. */
export const ASSETS: ReadonlyMap<string, Asset> = new Map([style, script].map((one) => [one.path, one]));
