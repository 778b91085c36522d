import { Anchor } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { EmptyState } from '../parts/empty-state.tsx';

/** For an address that no page has. */
export default function NotFoundPage(): ReactNode {
  return (
    <EmptyState
      order={1}
      title="There is no such page"
      action={
        <Anchor component={Link} to="/">
          Overview
        </Anchor>
      }
    >
      It may have been removed, or belong to an organisation that you are not looking at.
    </EmptyState>
  );
}
