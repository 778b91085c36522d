import {
  autocompletion,
  closeBrackets,
  closeBracketsKeymap,
  completionKeymap,
  type CompletionContext,
  type CompletionResult,
} from '@codemirror/autocomplete';
import { defaultKeymap, indentWithTab } from '@codemirror/commands';
import { json } from '@codemirror/lang-json';
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { lintGutter, setDiagnostics, type Diagnostic } from '@codemirror/lint';
import { Compartment, EditorState, StateEffect, StateField, type Extension } from '@codemirror/state';
import {
  Decoration,
  EditorView,
  highlightActiveLine,
  highlightSpecialChars,
  keymap,
  lineNumbers,
  type DecorationSet,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { useEffect, useRef, type ReactNode } from 'react';
import type { Proposals } from '../../builder/completion.ts';
import classes from './code-editor.module.css';

/** A remark on the text. */
export interface Mark {
  readonly level: 'error' | 'warning';
  readonly message: string;
  /** 1-based. */
  readonly line: number;
  readonly column: number;
}

/** What the editor shows beside the text. A new object scrolls again to the same place. */
export interface Highlight {
  readonly from: number;
  readonly to: number;
}

export interface CodeEditorProps {
  readonly value: string;
  readonly label: string;
  readonly readOnly: boolean;
  readonly onChange: (text: string) => void;
  readonly marks: readonly Mark[];
  readonly highlight: Highlight | undefined;
  readonly propose: (text: string, offset: number) => Proposals | undefined;
  readonly undo: () => void;
  readonly redo: () => void;
}

const setMarked = StateEffect.define<Highlight | undefined>();
const marked = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(decorations, transaction) {
    let result = decorations.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setMarked)) continue;
      const { value } = effect;
      result =
        value === undefined || value.to <= value.from
          ? Decoration.none
          : Decoration.set([Decoration.mark({ class: classes['marked'] ?? '' }).range(value.from, value.to)]);
    }
    return result;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const colours = HighlightStyle.define([
  { tag: tags.propertyName, class: classes['key'] ?? '' },
  { tag: tags.string, class: classes['text'] ?? '' },
  { tag: [tags.number, tags.bool, tags.null], class: classes['number'] ?? '' },
]);

/** The text of a JSON document, with line numbers, completion and remarks. Undoing is left to the page, whose forms change the text too. */
export default function CodeEditor(props: CodeEditorProps): ReactNode {
  const { value, label, readOnly, marks, highlight } = props;
  const parent = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(undefined);
  const latest = useRef(props);
  const locked = useRef(new Compartment());
  latest.current = props;

  useEffect(() => {
    if (parent.current === null) return;
    const made = new EditorView({
      parent: parent.current,
      state: EditorState.create({
        doc: latest.current.value,
        extensions: [extensionsFor(latest), locked.current.of([])],
      }),
    });
    view.current = made;
    return () => made.destroy();
  }, []);

  useEffect(() => {
    view.current?.dispatch({
      effects: locked.current.reconfigure([
        EditorState.readOnly.of(readOnly),
        EditorView.contentAttributes.of({
          'aria-label': label,
          'aria-readonly': String(readOnly),
          tabindex: '0',
        }),
      ]),
    });
  }, [readOnly, label]);

  useEffect(() => {
    const editor = view.current;
    if (editor === undefined) return;
    const before = editor.state.doc.toString();
    if (before !== value) editor.dispatch({ changes: difference(before, value) });
  }, [value]);

  useEffect(() => {
    const editor = view.current;
    if (editor !== undefined)
      editor.dispatch(
        setDiagnostics(
          editor.state,
          marks.map((mark) => diagnosticOf(editor.state, mark)),
        ),
      );
  }, [marks]);

  useEffect(() => {
    const editor = view.current;
    if (editor === undefined) return;
    const { length } = editor.state.doc;
    const shown = highlight && { from: Math.min(highlight.from, length), to: Math.min(highlight.to, length) };
    editor.dispatch({
      effects: [
        setMarked.of(shown),
        ...(shown === undefined ? [] : [EditorView.scrollIntoView(shown.from, { y: 'start', yMargin: 40 })]),
      ],
    });
  }, [highlight]);

  return <div ref={parent} className={classes['editor']} />;
}

function extensionsFor(latest: { readonly current: CodeEditorProps }): Extension {
  return [
    lineNumbers(),
    highlightSpecialChars(),
    highlightActiveLine(),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    json(),
    syntaxHighlighting(colours),
    lintGutter(),
    marked,
    EditorView.lineWrapping,
    autocompletion({ override: [(context) => complete(context, latest.current)] }),
    keymap.of([
      { key: 'Mod-z', run: () => (latest.current.undo(), true), preventDefault: true },
      { key: 'Mod-y', mac: 'Mod-Shift-z', run: () => (latest.current.redo(), true), preventDefault: true },
      { key: 'Mod-Shift-z', run: () => (latest.current.redo(), true), preventDefault: true },
      ...closeBracketsKeymap,
      ...completionKeymap,
      ...defaultKeymap,
      // Escape, then Tab, leaves the editor
      indentWithTab,
    ]),
    EditorView.updateListener.of(({ docChanged, state }) => {
      if (!docChanged) return;
      const text = state.doc.toString();
      if (text !== latest.current.value) latest.current.onChange(text);
    }),
  ];
}

function complete(
  context: CompletionContext,
  { propose, readOnly }: CodeEditorProps,
): CompletionResult | null {
  if (readOnly) return null;
  if (!context.explicit && context.matchBefore(/["\w$]$/) === null) return null;
  const found = propose(context.state.doc.toString(), context.pos);
  if (found === undefined) return null;
  return {
    from: found.from,
    to: found.to,
    filter: false,
    options: filtered(found, context.state.sliceDoc(found.from, context.pos)).map(
      ({ label, insert, detail }) => ({
        label,
        apply: insert,
        ...(detail !== undefined && { info: detail }),
      }),
    ),
  };
}

/** Those that hold what was typed, quotes apart. */
function filtered({ options }: Proposals, typed: string): Proposals['options'] {
  const wanted = typed.replaceAll('"', '').toLowerCase();
  return options.filter(({ label }) => label.toLowerCase().includes(wanted));
}

/** The smallest change from one text to another: the cursor stays where it can. */
function difference(before: string, after: string): { from: number; to: number; insert: string } {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}

function diagnosticOf({ doc }: EditorState, { line, column, level, message }: Mark): Diagnostic {
  const place = doc.line(Math.min(Math.max(line, 1), doc.lines));
  const from = Math.min(place.from + column - 1, place.to);
  return { from, to: Math.max(from, place.to), severity: level, message };
}
