import { english } from './descriptions-en.ts';
import { polish } from './descriptions-pl.ts';
import type { Language, Texts } from './tool-text.ts';

/** The texts of the tools in a language. */
export function textsIn(language: Language): Texts {
  return language === 'pl' ? polish : english;
}
