import { NumberInput, Paper, SimpleGrid, Stack, Switch, Text, Title } from '@mantine/core';
import type { UseFormReturnType } from '@mantine/form';
import { TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { LIMIT_NAMES, METHOD_FAMILIES, type MethodFamily } from '../../api/servers.ts';
import { Notice } from '../../parts/notice.tsx';
import { LIMITS, type SettingsValues } from './settings-values.ts';

interface FieldsProps {
  readonly form: UseFormReturnType<SettingsValues>;
}

function Block({
  title,
  lead,
  children,
}: {
  readonly title: string;
  readonly lead: string;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <Paper withBorder p="md" component="section" aria-label={title}>
      <Stack>
        <div>
          <Title order={2} size="h5">
            {title}
          </Title>
          <Text size="sm" c="dimmed" maw="70ch">
            {lead}
          </Text>
        </div>
        {children}
      </Stack>
    </Paper>
  );
}

/** What happens to calls that a policy holds. */
export function ApprovalFields({ form }: FieldsProps): ReactNode {
  return (
    <Block title="Approvals" lead="What happens to calls that a policy holds for a person.">
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <NumberInput
          label="A person has"
          description="To answer; and so long a yes is worth something."
          suffix=" minutes"
          min={1}
          max={10_080}
          decimalScale={2}
          {...form.getInputProps('lifeMinutes')}
        />
        <NumberInput
          label="A held call waits"
          description="For the answer, before the agent is told to come again."
          suffix=" seconds"
          min={0}
          max={600}
          decimalScale={1}
          {...form.getInputProps('holdOpenSeconds')}
        />
      </SimpleGrid>
      <Switch
        label="Ask the agent's user to open the approval"
        description="In the protocol's own way, where the client can."
        {...form.getInputProps('elicitation', { type: 'checkbox' })}
      />
    </Block>
  );
}

const METHODS: Readonly<Record<MethodFamily, { readonly label: string; readonly about: string }>> = {
  resources: { label: 'Resources', about: 'Files and records that agents read.' },
  prompts: { label: 'Prompts', about: 'Texts that the server offers.' },
  completion: { label: 'Completion', about: 'Suggestions for arguments.' },
  logging: { label: 'Log messages', about: 'What the server tells of its work.' },
  subscriptions: { label: 'Subscriptions', about: 'News of changed resources.' },
  sampling: { label: 'Sampling', about: "The server may ask the agent's model." },
  elicitation: { label: 'Questions to the user', about: 'The server may ask the person.' },
  roots: { label: 'Folders', about: 'The server may ask where the agent works.' },
  tasks: { label: 'Tasks', about: 'Calls that go on after the answer.' },
};

/** Families of methods besides tools. */
export function MethodFields({ form }: FieldsProps): ReactNode {
  return (
    <Block
      title="Besides tools"
      lead="What else of the protocol may pass. What is off is refused, whatever a policy says."
    >
      <SimpleGrid cols={{ base: 1, sm: 2, md: 3 }}>
        {METHOD_FAMILIES.map((family) => (
          <Switch
            key={family}
            label={METHODS[family].label}
            description={METHODS[family].about}
            {...form.getInputProps(`methods.${family}`, { type: 'checkbox' })}
          />
        ))}
      </SimpleGrid>
    </Block>
  );
}

/** Limits that keep one bad server from harming others. */
export function LimitFields({ form }: FieldsProps): ReactNode {
  return (
    <Block
      title="Limits"
      lead="They keep one slow or broken server from harming the others. Left empty: what is usual."
    >
      <SimpleGrid cols={{ base: 1, xs: 2, md: 4 }}>
        {LIMIT_NAMES.map((limit) => {
          const { label, about, usual, unit, min, max } = LIMITS[limit];
          return (
            <NumberInput
              key={limit}
              label={label}
              description={about}
              placeholder={`${usual.toLocaleString('en')}${unit === '' ? '' : ` ${unit}`}`}
              {...(unit !== '' && { suffix: ` ${unit}` })}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              min={min}
              max={max}
              decimalScale={3}
              {...form.getInputProps(`limits.${limit}`)}
            />
          );
        })}
      </SimpleGrid>
    </Block>
  );
}

/** Keeping arguments, with what that means. */
export function CaptureFields({ form, wasOn }: FieldsProps & { readonly wasOn: boolean }): ReactNode {
  const { captures } = form.values;
  return (
    <Block
      title="Recorded arguments"
      lead="The log keeps only which arguments a call had, never their values. To try a policy over real calls, the values can be kept for some days."
    >
      <Switch label="Keep the arguments of calls" {...form.getInputProps('captures', { type: 'checkbox' })} />
      {captures && (
        <>
          <Notice
            tone="medium"
            icon={<TriangleAlert size={18} aria-hidden />}
            title="Whatever agents send to this server is kept"
          >
            <Text size="sm">
              Names, addresses, texts, secrets in arguments: all of it, encrypted, until the days are over.
              Simulations use it; no page shows it.
            </Text>
          </Notice>
          <NumberInput
            label="Days"
            maw={160}
            min={1}
            max={30}
            allowDecimal={false}
            required
            {...form.getInputProps('captureDays')}
          />
        </>
      )}
      {!captures && wasOn && (
        <Text size="sm">When you save, nothing new is kept; what there is goes when its days are over.</Text>
      )}
    </Block>
  );
}
