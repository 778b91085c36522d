import { Accordion, Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useMemo, useState, type ReactNode } from 'react';
import type { Rule } from '#policy';
import { RISK_CATEGORIES } from '#risk';
import { changeNames, setAt } from '../../builder/edit-text.ts';
import { sentenceOf } from '../../builder/effect.ts';
import { governedBy, hiddenBy, isPattern, wideRules, type WideRule } from '../../builder/model.ts';
import { pointerOf } from '../../builder/place.ts';
import { fieldsOf, type Field } from '../../builder/schema-fields.ts';
import { ownRule } from '../../builder/tool-state.ts';
import { ClassCounts, countByClass } from '../../parts/class-counts.tsx';
import { inertName } from '../../parts/inert.ts';
import { Notice } from '../../parts/notice.tsx';
import { classWord } from '../../parts/risk-badge.tsx';
import { RuleEditor } from './rule-editor.tsx';
import { useWorkbench } from './workbench.ts';

const SHOWN_NAMES = 12;

/** Rules for more than one tool: for every call, by class, by pattern; and names that the server does not have. */
export function WiderTab(): ReactNode {
  const { document, policy, known, hasTools } = useWorkbench();
  const governed = useMemo(() => governedBy(policy, known), [policy, known]);
  const { patterns, unknown } = useMemo(
    () => wideRules(document, known, governed),
    [document, known, governed],
  );
  return (
    <Stack gap="lg">
      {hasTools && unknown.length > 0 && <UnknownNames names={unknown} />}
      <section>
        <Title order={2} size="h4" mb={4}>
          Every call
        </Title>
        <Text size="sm" c="dimmed" mb="xs">
          Applies to each tool that may be called, besides the rule of its own.
        </Text>
        <RuleEditor
          isShared
          place={['all_tools']}
          rule={document.all_tools ?? {}}
          fields={[]}
          counter="all_calls"
        />
      </section>
      <section>
        <Title order={2} size="h4" mb={4}>
          By class
        </Title>
        <Text size="sm" c="dimmed" mb="xs">
          For tools that no name and no pattern speaks of. A tool of unknown class counts as Execute.
        </Text>
        <ByClass governed={governed} />
      </section>
      <section>
        <Title order={2} size="h4" mb={4}>
          By pattern
        </Title>
        <Text size="sm" c="dimmed" mb="xs">
          A * stands for any run of characters. An exact name is stronger than a pattern; of two patterns, the
          one with more letters.
        </Text>
        <Patterns patterns={patterns} />
      </section>
    </Stack>
  );
}

function ByClass({ governed }: { readonly governed: ReadonlyMap<string, readonly string[]> }): ReactNode {
  const { document, mayEdit, canEdit, edit } = useWorkbench();
  return (
    <Accordion variant="separated" multiple>
      {RISK_CATEGORIES.map((category) => {
        const rule = document.risk?.[category];
        const names = governed.get(pointerOf(['risk', category])) ?? [];
        const name = classWord(category);
        return (
          <Accordion.Item key={category} value={category}>
            <Accordion.Control>
              <Text size="sm" fw={600}>
                {name}
              </Text>
              <Text size="xs" c="dimmed">
                {rule === undefined
                  ? 'no rule'
                  : `${sentenceOf(rule, document.all_tools)} · ${count(names.length)}`}
              </Text>
            </Accordion.Control>
            <Accordion.Panel>
              {rule === undefined ? (
                mayEdit && (
                  <Button
                    size="compact-sm"
                    variant="default"
                    disabled={!canEdit}
                    onClick={() => edit((text) => setAt(text, ['risk', category], {}))}
                  >
                    Make a rule for {name} tools
                  </Button>
                )
              ) : (
                <WideRuleEditor
                  place={['risk', category]}
                  rule={rule}
                  names={names}
                  counter={`${category}_rate`}
                />
              )}
            </Accordion.Panel>
          </Accordion.Item>
        );
      })}
    </Accordion>
  );
}

function count(tools: number): string {
  return tools === 1 ? 'governs 1 tool' : `governs ${tools} tools`;
}

function WideRuleEditor({
  place,
  rule,
  names,
  counter,
}: {
  readonly place: readonly [section: 'tools' | 'risk', name: string];
  readonly rule: Rule;
  readonly names: readonly string[];
  readonly counter: string;
}): ReactNode {
  const { toolOf, canEdit, edit } = useWorkbench();
  const fields = useMemo(
    () => sharedFields(names.map((name) => toolOf.get(name)?.inputSchema)),
    [names, toolOf],
  );
  return (
    <Stack gap="sm">
      <GovernedNames names={names} />
      <RuleEditor place={place} rule={rule} fields={fields} counter={counter} />
      {canEdit && (
        <Group>
          <Button
            size="compact-sm"
            variant="default"
            onClick={() => edit((text) => setAt(text, place, undefined))}
          >
            Remove this rule
          </Button>
        </Group>
      )}
    </Stack>
  );
}

/** Arguments of all tools together: a rule for many may ask about what only some have. */
function sharedFields(schemas: readonly unknown[]): readonly Field[] {
  const fields = new Map<string, Field>();
  for (const schema of schemas.slice(0, 100))
    for (const field of fieldsOf(schema)) if (!fields.has(field.path)) fields.set(field.path, field);
  return [...fields.values()];
}

function GovernedNames({ names }: { readonly names: readonly string[] }): ReactNode {
  const { toolOf } = useWorkbench();
  if (names.length === 0)
    return (
      <Text size="sm" c="dimmed">
        No tool of the server follows this rule now.
      </Text>
    );
  const more = names.length - SHOWN_NAMES;
  return (
    <div>
      <ClassCounts counts={countByClass(names.flatMap((name) => toolOf.get(name) ?? []))} />
      <Text size="xs" c="dimmed" mt={4} className="mono">
        {names
          .slice(0, SHOWN_NAMES)
          .map((name) => inertName(name, 80))
          .join(', ')}
        {more > 0 && ` and ${more} more`}
      </Text>
    </div>
  );
}

function Patterns({ patterns }: { readonly patterns: readonly WideRule[] }): ReactNode {
  const { document, canEdit } = useWorkbench();
  const hidden = (document.hide ?? []).filter(isPattern);
  return (
    <Stack gap="sm">
      {patterns.length + hidden.length > 0 && (
        <Accordion variant="separated" multiple>
          {hidden.map((pattern) => (
            <HiddenPattern key={`hide ${pattern}`} pattern={pattern} />
          ))}
          {patterns.map(({ name, governs }) => {
            const rule = ownRule(document, name) ?? {};
            return (
              <PatternItem
                key={name}
                value={name}
                pattern={name}
                about={`${sentenceOf(rule, document.all_tools)} · ${count(governs.length)}`}
              >
                <WideRuleEditor
                  place={['tools', name]}
                  rule={rule}
                  names={governs}
                  counter={`${name.replaceAll('*', 'any')}_rate`}
                />
              </PatternItem>
            );
          })}
        </Accordion>
      )}
      {canEdit && <NewPattern />}
    </Stack>
  );
}

function HiddenPattern({ pattern }: { readonly pattern: string }): ReactNode {
  const { known, canEdit, edit } = useWorkbench();
  const names = hiddenBy(pattern, known.keys());
  return (
    <PatternItem value={`hide ${pattern}`} pattern={pattern} about={`hidden · matches ${names.length} tools`}>
      <GovernedNames names={names} />
      {canEdit && (
        <Button
          mt="xs"
          size="compact-sm"
          variant="default"
          onClick={() => edit((text) => changeNames(text, ['hide'], { add: [], remove: new Set([pattern]) }))}
        >
          Hide them no longer
        </Button>
      )}
    </PatternItem>
  );
}

function PatternItem({
  value,
  pattern,
  about,
  children,
}: {
  readonly value: string;
  readonly pattern: string;
  readonly about: string;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <Accordion.Item value={value}>
      <Accordion.Control>
        <Text size="sm" fw={600} className="mono">
          {inertName(pattern)}
        </Text>
        <Text size="xs" c="dimmed">
          {about}
        </Text>
      </Accordion.Control>
      <Accordion.Panel>{children}</Accordion.Panel>
    </Accordion.Item>
  );
}

function NewPattern(): ReactNode {
  const { document, known, edit } = useWorkbench();
  const [pattern, setPattern] = useState('');
  const isOne = isPattern(pattern);
  const matches = useMemo(
    () => (isOne ? hiddenBy(pattern, known.keys()).length : 0),
    [isOne, pattern, known],
  );
  const isTaken = ownRule(document, pattern) !== undefined || document.hide?.includes(pattern) === true;
  const add = (change: (text: string) => string): void => {
    edit(change);
    setPattern('');
  };
  return (
    <Group align="flex-end" gap="xs">
      <TextInput
        label="New pattern"
        placeholder="delete_*"
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
        value={pattern}
        error={isTaken ? 'This pattern has a rule already.' : undefined}
        description={
          pattern === ''
            ? 'For example delete_*'
            : isOne
              ? `Matches ${matches} tools now`
              : 'A pattern has a * in it'
        }
        onChange={({ currentTarget }) => setPattern(currentTarget.value)}
      />
      <Button
        variant="default"
        disabled={!isOne || isTaken}
        onClick={() => add((text) => setAt(text, ['tools', pattern], { action: 'deny' }))}
      >
        Make a rule
      </Button>
      <Button
        variant="default"
        disabled={!isOne || isTaken}
        onClick={() => add((text) => changeNames(text, ['hide'], { add: [pattern], remove: new Set() }))}
      >
        Hide them
      </Button>
    </Group>
  );
}

/** Names that the policy speaks of and the server does not have: mostly a slip of the pen, or a tool that went. */
function UnknownNames({ names }: { readonly names: readonly string[] }): ReactNode {
  const { findings, canEdit, edit, show, document } = useWorkbench();
  return (
    <Notice
      tone="high"
      title={
        names.length === 1 ? 'The server does not have this tool' : 'The server does not have these tools'
      }
    >
      <Stack gap="xs">
        {names.map((name) => {
          const hideAt = document.hide?.indexOf(name) ?? -1;
          const place = hideAt === -1 ? (['tools', name] as const) : (['hide', hideAt] as const);
          const finding = findings.find(({ pointer }) => pointer === pointerOf(place));
          return (
            <Group key={name} gap="xs" justify="space-between">
              <Text size="sm">
                <span className="mono">{inertName(name, 120)}</span>
                {finding?.suggestion !== undefined && `: ${finding.suggestion}`}
              </Text>
              <Group gap="xs">
                <Button size="compact-xs" variant="default" onClick={() => show(place)}>
                  Show
                </Button>
                {canEdit && (
                  <Button
                    size="compact-xs"
                    variant="default"
                    aria-label={`Remove ${name} from the policy`}
                    onClick={() =>
                      edit((text) =>
                        setAt(
                          changeNames(text, ['hide'], { add: [], remove: new Set([name]) }),
                          ['tools', name],
                          undefined,
                        ),
                      )
                    }
                  >
                    Remove
                  </Button>
                )}
              </Group>
            </Group>
          );
        })}
      </Stack>
    </Notice>
  );
}
