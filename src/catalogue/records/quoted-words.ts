/** Longest quote of other people's words. */
const MAX_WORDS = 8;
const MAX_CHARACTERS = 80;

const words = new Intl.Segmenter('en', { granularity: 'word' });

/** The beginning of a quote, at most eight words, in scripts without spaces too. It stands so in the original. */
export function quotedWords(quote: string): string {
  let count = 0;
  let end = 0;
  for (const { segment, index, isWordLike } of words.segment(quote.slice(0, MAX_CHARACTERS * 4))) {
    if (isWordLike === true && ++count > MAX_WORDS) break;
    if (index + segment.length > MAX_CHARACTERS) break;
    end = index + segment.length;
  }
  return quote.slice(0, end).trimEnd();
}
