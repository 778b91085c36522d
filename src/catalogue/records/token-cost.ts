import { Tiktoken } from 'js-tiktoken/lite';
import o200kBase from 'js-tiktoken/ranks/o200k_base';
import type { ScannedTool } from '../scan/scan.ts';

/** A longer text is counted in part and the rest by proportion: the time of a tokenizer grows with what it is given. */
const COUNTED_CHARACTERS = 60_000;
/** Runs without a space are cut, for the same reason. */
const LONGEST_RUN = 64;

let encoding: Tiktoken | undefined;

/** What a tool's definition costs in a model's context: tokens of name, description and input schema, in o200k_base. */
export function tokenCost({ name, description, inputSchema }: ScannedTool): number {
  const text = JSON.stringify({ name, description, inputSchema });
  const counted = text
    .slice(0, COUNTED_CHARACTERS)
    .replaceAll(new RegExp(`[^\\s]{${LONGEST_RUN}}`, 'g'), (run) => `${run} `);
  encoding ??= new Tiktoken(o200kBase);
  // special tokens in the text are text
  const tokens = encoding.encode(counted, [], []).length;
  return Math.round(tokens * Math.max(1, text.length / COUNTED_CHARACTERS));
}
