import { Anchor, Button, Group, List, Stack, Text } from '@mantine/core';
import { useMemo, type ReactNode } from 'react';
import type { PolicyTool } from '../../api/policies.ts';
import { effectOn } from '../../builder/effect.ts';
import { placeOfRule } from '../../builder/place.ts';
import { fieldsOf } from '../../builder/schema-fields.ts';
import { ownRule, stateOf } from '../../builder/tool-state.ts';
import { inert } from '../../parts/inert.ts';
import { WhyClass } from '../../parts/why-class.tsx';
import { useChoose } from './choice-control.tsx';
import { RuleEditor } from './rule-editor.tsx';
import { sourceInWords } from './rule-words.ts';
import classes from './tool-list.module.css';
import { useWorkbench } from './workbench.ts';

/** All about one tool: what it says of itself, why it has its class, and the rule for it. */
export function ToolDetail({ tool }: { readonly tool: PolicyTool }): ReactNode {
  const { document, policy, known, canEdit, show } = useWorkbench();
  const choose = useChoose();
  const fields = useMemo(() => fieldsOf(tool.inputSchema), [tool.inputSchema]);
  const rule = ownRule(document, tool.name);
  const state = stateOf(document, tool.name);
  const effect = effectOn(policy, tool.name, known.get(tool.name));
  const place = placeOfRule(document, effect.rule);
  return (
    <Stack gap="sm" className={classes['detail']}>
      {tool.description !== undefined && (
        <Text
          size="sm"
          className={classes['description']}
          tabIndex={0}
          role="group"
          aria-label={`Description of ${tool.name}`}
        >
          <bdi>{inert(tool.description)}</bdi>
        </Text>
      )}
      <WhyClass risk={tool.risk} />
      <Text size="sm" aria-live="polite">
        <Text span fw={600}>
          What happens:
        </Text>{' '}
        {effect.sentence}, {sourceInWords(effect.rule, tool.name, document.hide)}.{' '}
        {place !== undefined && (
          <Anchor underline="always" component="button" type="button" size="sm" onClick={() => show(place)}>
            Show in the JSON
          </Anchor>
        )}
      </Text>
      {rule === undefined && effect.questions.length > 0 && (
        <List size="sm">
          {effect.questions.map((question) => (
            <List.Item key={question}>{question}</List.Item>
          ))}
        </List>
      )}
      {rule !== undefined && state !== 'hide' && (
        <RuleEditor place={['tools', tool.name]} rule={rule} fields={fields} counter={`${tool.name}_rate`} />
      )}
      {canEdit && (
        <Group gap="xs">
          <Button size="compact-sm" variant="default" onClick={() => choose([tool], 'recommended')}>
            Use the recommended rule
          </Button>
          {state !== 'none' && (
            <Button size="compact-sm" variant="default" onClick={() => choose([tool], 'none')}>
              Remove its own rule
            </Button>
          )}
        </Group>
      )}
    </Stack>
  );
}
