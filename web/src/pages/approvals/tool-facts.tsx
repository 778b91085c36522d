import { Anchor, Collapse, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import type { ApprovalTool } from '../../api/approvals.ts';
import { JsonView } from '../../parts/json-view.tsx';
import { RiskBadge } from '../../parts/risk-badge.tsx';
import { ServerWords } from '../../parts/server-words.tsx';
import { categoryOf } from './category.ts';

/** What the tool is: what the gateway thinks of it, and what its server says of it. */
export function ToolFacts({ tool }: { readonly tool: ApprovalTool | undefined }): ReactNode {
  const [isOpen, { toggle }] = useDisclosure(false);
  return (
    <Stack gap="xs" component="section" aria-labelledby="the-tool">
      <Title order={2} size="h4" id="the-tool">
        The tool
      </Title>
      {tool === undefined ? (
        <Text size="sm">
          Its server does not tell what it is just now. The call itself is shown as the agent sent it.
        </Text>
      ) : (
        <>
          {tool.category !== undefined && (
            <Group gap="sm" align="flex-start" wrap="nowrap">
              <div style={{ flex: 'none' }}>
                <RiskBadge category={categoryOf(tool.category)} />
              </div>
              <Text size="sm">{tool.rationale}</Text>
            </Group>
          )}
          {(tool.title ?? tool.description) !== undefined && (
            <Paper withBorder p="sm">
              <ServerWords title={tool.title} description={tool.description} />
            </Paper>
          )}
          {tool.inputSchema !== undefined && (
            <div>
              <Anchor component="button" type="button" size="sm" aria-expanded={isOpen} onClick={toggle}>
                {isOpen ? 'Hide what arguments it takes' : 'Show what arguments it takes'}
              </Anchor>
              <Collapse expanded={isOpen} pt="xs">
                <JsonView value={tool.inputSchema} label="Input schema of the tool" />
              </Collapse>
            </div>
          )}
        </>
      )}
    </Stack>
  );
}
