import { useMemo, useRef, type ReactNode } from 'react';
import { CopyShown } from './copy-shown.tsx';
import { inertJson } from './inert.ts';
import classes from './json-view.module.css';

/** Longer ones are shown in one colour: a page must not stall over a text that somebody else chose. */
const LONGEST_COLOURED = 40_000;
const TOKEN = /("(?:[^"\\]|\\.)*")(\s*:)?|\b(?:true|false|null)\b|-?\d[\d.eE+-]*/g;
const ESCAPE = /(?<=(?<!\\)(?:\\\\)*)(\\u[0-9a-f]{4})/;

/**
 * A value as JSON, whole: nothing is folded, cut or scrolled out of sight inside a box, and unseen characters are written as escapes, so
 * that who reads it knows exactly what it is.
 */
export function JsonView({ value, label }: { readonly value: unknown; readonly label: string }): ReactNode {
  const text = useMemo(() => inertJson(value), [value]);
  const shown = useMemo(() => (text.length > LONGEST_COLOURED ? text : coloured(text)), [text]);
  const block = useRef<HTMLPreElement>(null);
  return (
    <div className={classes['block']}>
      <pre ref={block} className={classes['text']} aria-label={label} role="group">
        {shown}
      </pre>
      <div className={classes['copy']}>
        <CopyShown text={text} label={label} shown={block} />
      </div>
    </div>
  );
}

function coloured(text: string): readonly ReactNode[] {
  const pieces: ReactNode[] = [];
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, quoted, colon] = match;
    if (match.index > end) pieces.push(text.slice(end, match.index));
    end = match.index + whole.length;
    pieces.push(
      <span key={match.index} className={classes[kindOf(quoted, colon)]}>
        {quoted === undefined ? whole : withEscapes(quoted)}
      </span>,
    );
    if (colon !== undefined) pieces.push(colon);
  }
  return [...pieces, text.slice(end)];
}

function kindOf(quoted: string | undefined, colon: string | undefined): 'key' | 'string' | 'other' {
  if (quoted === undefined) return 'other';
  return colon === undefined ? 'string' : 'key';
}

/** What was unseen stands out. */
function withEscapes(quoted: string): ReactNode {
  if (!quoted.includes(String.raw`\u`)) return quoted;
  return quoted.split(ESCAPE).map((piece, index) =>
    index % 2 === 0 ? (
      piece
    ) : (
      // oxlint-disable-next-line react/no-array-index-key -- the text never changes in place
      <span key={index} className={classes['escape']} title="A character that cannot be seen">
        {piece}
      </span>
    ),
  );
}
