import { chinese } from './zh.ts';
import { czech } from './cs.ts';
import { dutch } from './nl.ts';
import { french } from './fr.ts';
import { german } from './de.ts';
import { italian } from './it.ts';
import { japanese } from './ja.ts';
import { korean } from './ko.ts';
import type { Lexicon } from './lexicon.ts';
import { polish } from './pl.ts';
import { portuguese } from './pt.ts';
import { russian } from './ru.ts';
import { spanish } from './es.ts';
import { turkish } from './tr.ts';
import { ukrainian } from './uk.ts';

export type { Language, Lexicon } from './lexicon.ts';

/** The languages besides English. */
export const LEXICONS: readonly Lexicon[] = [
  polish,
  chinese,
  japanese,
  korean,
  german,
  french,
  spanish,
  portuguese,
  italian,
  russian,
  ukrainian,
  turkish,
  dutch,
  czech,
];
