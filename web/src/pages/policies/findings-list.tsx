import { Anchor, List, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { inert } from '../../parts/inert.ts';
import { pointerInWords } from './rule-words.ts';

/** Something that is wrong with a text, or may be. */
export interface Fault {
  readonly level?: 'error' | 'warning';
  readonly message: string;
  readonly pointer?: string;
  readonly line?: number;
  readonly column?: number;
  readonly suggestion?: string;
}

/** What is to be said of a text, each with a way to its line. */
export function FindingsList({
  faults,
  goTo,
}: {
  readonly faults: readonly Fault[];
  readonly goTo: (fault: Fault) => void;
}): ReactNode {
  return (
    <List size="sm" spacing={4}>
      {faults.map((fault) => {
        const { level, message, pointer = '', line, suggestion } = fault;
        return (
          <List.Item key={`${pointer} ${line ?? ''} ${message}`}>
            {level !== undefined && (
              <Text span size="sm" fw={600} c={level === 'error' ? 'var(--tg-critical)' : 'var(--tg-medium)'}>
                {level === 'error' ? 'Error: ' : 'Warning: '}
              </Text>
            )}
            {inert(message)}
            {suggestion !== undefined && ` (${inert(suggestion)})`}{' '}
            <Anchor
              underline="always"
              c="inherit"
              component="button"
              type="button"
              size="sm"
              onClick={() => goTo(fault)}
            >
              {line === undefined ? inert(pointerInWords(pointer), 80) : `Line ${line}`}
            </Anchor>
          </List.Item>
        );
      })}
    </List>
  );
}
