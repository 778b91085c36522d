import { List, Stack, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { PolicyDiff } from '../../api/policies.ts';
import { inert } from '../../parts/inert.ts';
import classes from './diff-view.module.css';
import { pointerInWords } from './rule-words.ts';

const WORDS = { added: 'Added', removed: 'Removed', changed: 'Changed' } as const;
const LONGEST = 120;

/** What is different between two texts of a policy: part by part, and line by line. */
export function DiffView({ diff: { changes, text } }: { readonly diff: PolicyDiff }): ReactNode {
  if (text === '' && changes.length === 0)
    return <Text size="sm">The two are the same, letter for letter.</Text>;
  return (
    <Stack gap="sm">
      {changes.length === 0 ? (
        <Text size="sm">Only the layout of the text is different. It does the same.</Text>
      ) : (
        <List size="sm">
          {changes.map(({ pointer, kind, before, after }) => (
            <List.Item key={`${kind} ${pointer}`}>
              <b>{WORDS[kind]}</b> {inert(pointerInWords(pointer), 200)}
              {kind === 'changed' && (
                <>
                  : <span className="mono">{shown(before)}</span> →{' '}
                  <span className="mono">{shown(after)}</span>
                </>
              )}
              {kind === 'added' && (
                <>
                  : <span className="mono">{shown(after)}</span>
                </>
              )}
            </List.Item>
          ))}
        </List>
      )}
      <div>
        <Text size="sm" fw={650} mb={4}>
          Line by line
        </Text>
        <pre className={classes['diff']} tabIndex={0} aria-label="Differences line by line">
          {text
            .split('\n')
            .filter((line) => line !== '' && !/^(?:---|\+\+\+) /.test(line))
            .map((line, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- lines have no name but their place
              <span key={index} className={`${classes['line']} ${classes[kindOf(line)] ?? ''}`}>
                {inert(line)}
              </span>
            ))}
        </pre>
      </div>
    </Stack>
  );
}

function kindOf(line: string): 'added' | 'removed' | 'place' | 'same' {
  if (line.startsWith('+')) return 'added';
  if (line.startsWith('-')) return 'removed';
  return line.startsWith('@@') ? 'place' : 'same';
}

function shown(value: unknown): string {
  return inert(JSON.stringify(value) ?? '', LONGEST);
}
