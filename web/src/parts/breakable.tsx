import { Fragment, type ReactNode } from 'react';

/** A name that is one long word, broken after its own signs where it must be broken: `delete_` / `campaign`, not `delete_campai` / `gn`. */
export function Breakable({ text }: { readonly text: string }): ReactNode {
  // the parts of a text never move
  return text.split(/(?<=[_./-])(?=[^_./-])/).map((part, index) => (
    // oxlint-disable-next-line react/no-array-index-key -- as said above
    <Fragment key={index}>
      {index > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}
