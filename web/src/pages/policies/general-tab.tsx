import { Anchor, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { setAt } from '../../builder/edit-text.ts';
import { SegmentedControl } from '../../parts/segmented-control.tsx';
import { TextField } from './fields.tsx';
import { useWorkbench } from './workbench.ts';

interface Choice {
  readonly field: 'default' | 'mode' | 'arguments';
  readonly title: string;
  readonly about: Readonly<Record<string, string>>;
  readonly usual: string | undefined;
  readonly options: readonly { readonly value: string; readonly label: string }[];
}

const CHOICES: readonly Choice[] = [
  {
    field: 'default',
    title: 'Tools that no rule speaks of',
    usual: undefined,
    options: [
      { value: 'deny', label: 'Deny' },
      { value: 'allow', label: 'Allow' },
    ],
    about: {
      deny: 'They are neither listed nor callable. What a server adds later stays out.',
      allow: 'They pass. What a server adds later passes too.',
    },
  },
  {
    field: 'mode',
    title: 'Mode',
    usual: 'enforce',
    options: [
      { value: 'enforce', label: 'Enforce' },
      { value: 'observe', label: 'Observe' },
    ],
    about: {
      enforce: 'Calls are refused and held as the rules say.',
      observe: 'Everything is decided, counted and logged as if enforced, but nothing is blocked.',
    },
  },
  {
    field: 'arguments',
    title: 'Check of arguments',
    usual: 'declared',
    options: [
      { value: 'declared', label: 'As declared' },
      { value: 'any', label: 'Any' },
    ],
    about: {
      declared: "Arguments must fit the tool's own schema; what it does not declare is refused.",
      any: 'Arguments are not checked against the schema. Agents can send what the server never declared.',
    },
  },
];

/** What holds for the policy as a whole. */
export function GeneralTab(): ReactNode {
  const { document, canEdit, edit } = useWorkbench();
  return (
    <Stack gap="lg">
      {CHOICES.map((choice) => (
        <ChoicePart key={choice.field} {...choice} />
      ))}
      <TextField
        label="Description"
        description="For people; agents do not see it."
        readOnly={!canEdit}
        value={document.description ?? ''}
        commit={(text) => edit((before) => setAt(before, ['description'], text === '' ? undefined : text))}
      />
      <OfferingPart section="resources" title="Resources" />
      <OfferingPart section="prompts" title="Prompts" />
    </Stack>
  );
}

function ChoicePart({ field, title, about, usual, options }: Choice): ReactNode {
  const { document, mayEdit, canEdit, edit } = useWorkbench();
  const value = document[field] ?? usual ?? '';
  return (
    <section>
      <Title order={2} size="h5" mb={4}>
        {title}
      </Title>
      {mayEdit ? (
        <SegmentedControl
          aria-label={title}
          readOnly={!canEdit}
          value={value}
          data={[...options]}
          onChange={(next) => edit((text) => setAt(text, [field], next === usual ? undefined : next))}
        />
      ) : (
        <Text size="sm">{options.find((option) => option.value === value)?.label}</Text>
      )}
      <Text size="sm" c="dimmed" mt={4}>
        {about[value]}
      </Text>
    </section>
  );
}

function OfferingPart({
  section,
  title,
}: {
  readonly section: 'resources' | 'prompts';
  readonly title: string;
}): ReactNode {
  const { document, canEdit, edit, show } = useWorkbench();
  const present = document[section];
  const rules = Object.keys(document.resources?.uris ?? {}).length;
  const named = section === 'resources' ? rules : Object.keys(document.prompts?.names ?? {}).length;
  return (
    <section>
      <Title order={2} size="h5" mb={4}>
        {title}
      </Title>
      {present === undefined ? (
        <Text size="sm">
          The policy does not speak of {section}: all pass.{' '}
          {canEdit && (
            <Anchor
              underline="always"
              component="button"
              type="button"
              size="sm"
              onClick={() => {
                edit((text) => setAt(text, [section], { default: 'deny' }));
                // when the text is there
                setTimeout(() => show([section]));
              }}
            >
              Deny them, and write exceptions in the JSON
            </Anchor>
          )}
        </Text>
      ) : (
        <Text size="sm">
          {present.default === 'allow' ? 'Allowed' : 'Denied'} unless a rule says otherwise; {named}{' '}
          {named === 1 ? 'rule' : 'rules'}, {present.hide?.length ?? 0} hidden.{' '}
          <Anchor
            underline="always"
            component="button"
            type="button"
            size="sm"
            onClick={() => show([section])}
          >
            {canEdit ? 'Edit in the JSON' : 'Show in the JSON'}
          </Anchor>
        </Text>
      )}
    </section>
  );
}
