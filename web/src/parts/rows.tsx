import { Box, Group, Paper } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './rows.module.css';

/** Things one below the other, each a row that breaks into two lines on a phone. */
export function Rows({
  label,
  children,
}: {
  readonly label: string;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <Paper withBorder>
      <ul className={classes['rows']} aria-label={label}>
        {children}
      </ul>
    </Paper>
  );
}

/** One of them: what it is on the left, what can be done on the right. */
export function Row({
  children,
  controls,
  below,
}: {
  readonly children: ReactNode;
  readonly controls?: ReactNode;
  /** Over the whole width: what went wrong here, for instance. */
  readonly below?: ReactNode;
}): ReactNode {
  return (
    <li>
      <div className={classes['row']}>
        <div className={classes['what']}>{children}</div>
        {controls !== undefined && (
          <Group gap="sm" wrap="nowrap">
            {controls}
          </Group>
        )}
      </div>
      {below !== undefined && (
        <Box px="md" pb="sm">
          {below}
        </Box>
      )}
    </li>
  );
}
