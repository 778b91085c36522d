import { Text } from '@mantine/core';
import { FileCog } from 'lucide-react';
import type { ReactNode } from 'react';
import { Notice } from '../../parts/notice.tsx';

/** Why nothing can be changed here. */
export function DeclaredNote(): ReactNode {
  return (
    <Notice
      tone="unknown"
      icon={<FileCog size={18} aria-hidden />}
      title="Declared in the configuration file"
    >
      <Text size="sm">
        Whoever runs the gateway changes this server there; it is followed without a restart. Policies and
        grants can be made here all the same.
      </Text>
    </Notice>
  );
}
