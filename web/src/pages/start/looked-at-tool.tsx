import { Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ServerTool } from '../../api/servers.ts';
import { slugOf, type StartView } from './start-address.ts';
import classes from './start.module.css';
import { ToolText } from './tool-rows.tsx';

/** The tool that brought somebody here from the catalogue, before all others. */
export function LookedAtTool({
  tools,
  view: { toolSlug },
  effectOf,
  children,
}: {
  readonly tools: readonly ServerTool[];
  readonly view: StartView;
  readonly effectOf: (tool: ServerTool) => string;
  readonly children?: (tool: ServerTool) => ReactNode;
}): ReactNode {
  if (toolSlug === undefined) return null;
  const tool = tools.find(({ name }) => slugOf(name) === toolSlug);
  if (tool === undefined) {
    return (
      <Text size="sm" c="dimmed">
        The tool that you looked at in the catalogue is not among those that this server lists now.
      </Text>
    );
  }
  return (
    <section className={classes['marked']} aria-label="The tool that you looked at">
      <Text size="xs" c="dimmed">
        The tool that you looked at
      </Text>
      <ToolText tool={tool} />
      <Text size="sm" mt={4}>
        With this policy: {effectOf(tool)}.
      </Text>
      {children?.(tool)}
    </section>
  );
}
