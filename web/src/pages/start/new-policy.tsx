import { Accordion, Anchor, Button, Stack, Text, TextInput } from '@mantine/core';
import { useCallback, useMemo, useState, type ReactNode } from 'react';
import { useLocation } from 'wouter';
import { usePublish, type Policy } from '../../api/policies.ts';
import { faultOfName, freeName, isInForce } from '../../api/policy-list.ts';
import type { GovernedServer, ServerTool } from '../../api/servers.ts';
import { effectOn } from '../../builder/effect.ts';
import { knownTools, readText } from '../../builder/model.ts';
import { keepSeed } from '../../builder/template.ts';
import { chooseFor, stateOf, type ToolChoice } from '../../builder/tool-state.ts';
import { CopyBlock } from '../../parts/copy-block.tsx';
import { Problem } from '../../parts/problem.tsx';
import { byRisk } from '../../parts/tool-filter.tsx';
import { Effects } from './effects.tsx';
import { LookedAtTool } from './looked-at-tool.tsx';
import { addressOf } from './start-address.ts';
import type { StepProps } from './start-page.tsx';
import classes from './start.module.css';
import { ToolChoiceSelect } from './tool-choice.tsx';
import { ToolRows } from './tool-rows.tsx';

interface NewPolicyProps extends StepProps {
  readonly server: GovernedServer;
  readonly policies: readonly Policy[];
  readonly tools: readonly ServerTool[];
  /** Text that is recommended. */
  readonly begun: string;
}

/** A policy to publish: what it does in words, a choice for every tool, its text, and the builder for all else. */
export function NewPolicy(props: NewPolicyProps): ReactNode {
  const { tools, begun, view } = props;
  const { text, setText, effectOf, choice } = usePolicyText(begun, tools);
  if (choice === undefined)
    return <Text size="sm">Nothing can be recommended for these tools. Write a policy in the builder.</Text>;
  return (
    <Stack>
      <div className={classes['card']}>
        <Effects
          tools={tools}
          effectOf={effectOf}
          isChanged={text !== begun}
          restore={() => setText(begun)}
        />
      </div>
      <LookedAtTool tools={tools} view={view} effectOf={effectOf}>
        {(tool) => <div className={classes['narrow']}>{choice(tool)}</div>}
      </LookedAtTool>
      <Details tools={tools} text={text} effectOf={effectOf} choice={choice} />
      <Publish {...props} text={text} />
    </Stack>
  );
}

interface PolicyText {
  readonly text: string;
  readonly setText: (text: string) => void;
  /** What the text does to a tool, in the engine's words. */
  readonly effectOf: (tool: ServerTool) => string;
  /** The choice for a tool; undefined while the text is no policy. */
  readonly choice: ((tool: ServerTool) => ReactNode) | undefined;
}

function usePolicyText(begun: string, tools: readonly ServerTool[]): PolicyText {
  const [text, setText] = useState(begun);
  const reading = useMemo(() => readText(text, 'new'), [text]);
  const known = useMemo(() => knownTools(tools.map((tool) => ({ ...tool }))), [tools]);
  const policy = reading.ok ? reading.policy : undefined;
  const effectOf = useCallback(
    ({ name }: ServerTool) => (policy === undefined ? '' : effectOn(policy, name, known.get(name)).sentence),
    [policy, known],
  );
  if (!reading.ok) return { text, setText, effectOf, choice: undefined };
  const { document } = reading;
  const choose = ({ name, risk }: ServerTool, choice: ToolChoice): void =>
    setText(chooseFor(text, document, [{ name, category: risk.category }], choice));
  return {
    text,
    setText,
    effectOf,
    choice: (tool) => (
      <ToolChoiceSelect
        tool={tool}
        state={stateOf(document, tool.name)}
        onChoose={(choice) => choose(tool, choice)}
      />
    ),
  };
}

function Publish({
  server,
  policies,
  begun,
  text,
  view,
  go,
}: NewPolicyProps & { readonly text: string }): ReactNode {
  const [name, setName] = useState(() => freeName(policies));
  const [, navigate] = useLocation();
  const publish = usePublish({ server: server.id, policy: name });
  const fault = faultOfName(name, policies.filter(isInForce));
  const openBuilder = (): void => {
    keepSeed(text);
    const query = new URLSearchParams({ new: '1', template: 'seed', next: addressOf(view) });
    const path = `/servers/${encodeURIComponent(server.id)}/policies/${encodeURIComponent(name)}`;
    navigate(`${path}?${query.toString()}`);
  };
  const note = text === begun ? 'Recommended for the tools of the server' : 'Recommended, with changes';
  const send = (): void =>
    publish.mutate(
      { document: text, note, after: null, draft: null, force: false },
      { onSuccess: () => go({ policy: name, step: 'grant' }) },
    );
  return (
    <>
      <TextInput
        label="Name of the policy"
        description="Grants and the log name it."
        maw={320}
        maxLength={63}
        value={name}
        error={fault}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      {publish.error !== null && <Problem error={publish.error} />}
      <div className={classes['stay']}>
        <Button loading={publish.isPending} disabled={fault !== undefined} onClick={send}>
          Publish and go on
        </Button>
        {fault === undefined && (
          <Anchor component="button" type="button" size="sm" onClick={openBuilder}>
            Change more in the builder
          </Anchor>
        )}
      </div>
    </>
  );
}

function Details({
  tools,
  text,
  effectOf,
  choice,
}: {
  readonly tools: readonly ServerTool[];
  readonly text: string;
  readonly effectOf: (tool: ServerTool) => string;
  readonly choice: (tool: ServerTool) => ReactNode;
}): ReactNode {
  const [opened, setOpened] = useState<readonly string[]>([]);
  const sorted = useMemo(() => byRisk(tools), [tools]);
  return (
    <Accordion
      multiple
      variant="separated"
      transitionDuration={0}
      value={[...opened]}
      onChange={setOpened}
      order={2}
    >
      <Accordion.Item value="tools">
        <Accordion.Control>Change it for single tools</Accordion.Control>
        <Accordion.Panel>
          {opened.includes('tools') && (
            <Stack gap="sm">
              <ToolRows
                tools={sorted}
                label="Tools, with what the policy does to each"
                beside={(tool) => (
                  <>
                    {choice(tool)}
                    <Text size="xs" c="dimmed" mt={4}>
                      {effectOf(tool)}
                    </Text>
                  </>
                )}
              />
            </Stack>
          )}
        </Accordion.Panel>
      </Accordion.Item>
      <Accordion.Item value="text">
        <Accordion.Control>Its text</Accordion.Control>
        <Accordion.Panel>
          {opened.includes('text') && <CopyBlock text={text} label="the policy" />}
        </Accordion.Panel>
      </Accordion.Item>
    </Accordion>
  );
}
