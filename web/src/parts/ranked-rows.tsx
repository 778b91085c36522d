import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './ranked-rows.module.css';

/** A list of what is most, each with a bar behind it. */
export function RankedRows({ children }: { readonly children: ReactNode }): ReactNode {
  return <ol className={classes['rows']}>{children}</ol>;
}

/** One row: its name, what there is to say of it, and its number, which is `share` of the highest. */
export function RankedRow({
  name,
  about,
  number,
  share,
}: {
  readonly name: ReactNode;
  readonly about: ReactNode;
  readonly number: string;
  readonly share: number;
}): ReactNode {
  const width = `${Math.min(100, Math.max(1, share * 100))}%`;
  return (
    <li className={classes['row']}>
      <div className={classes['bar']} style={{ width }} aria-hidden />
      <div className={classes['text']}>
        {name}
        <Text size="xs" c="dimmed" component="div">
          {about}
        </Text>
      </div>
      <Text size="sm" className={classes['count']}>
        {number}
      </Text>
    </li>
  );
}
