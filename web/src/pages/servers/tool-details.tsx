import { Anchor, Collapse, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMemo, type ReactNode } from 'react';
import type { PinState, ServerTool } from '../../api/servers.ts';
import { inert, inertName } from '../../parts/inert.ts';
import { JsonView } from '../../parts/json-view.tsx';
import { ServerWords } from '../../parts/server-words.tsx';
import { WhyClass } from '../../parts/why-class.tsx';
import { parametersOf } from './parameters.ts';
import classes from './servers.module.css';

const PINS: Readonly<Record<PinState, string | undefined>> = {
  accepted: 'As it was accepted.',
  changed: 'Not as it was accepted: see the differences above.',
  new: 'It came after the others were accepted.',
  none: undefined,
};

/** What a tool says of itself, what it takes, and why it has its class. */
export function ToolDetails({ tool }: { readonly tool: ServerTool }): ReactNode {
  const [isWhole, { toggle }] = useDisclosure(false);
  return (
    <Stack gap="md" className={classes['details'] ?? ''}>
      {tool.description !== undefined && <ServerWords description={tool.description} />}
      <WhyClass risk={tool.risk} />
      <Parameters schema={tool.inputSchema} />
      {PINS[tool.pin] !== undefined && <Text size="sm">Definition: {PINS[tool.pin]}</Text>}
      <div>
        <Anchor component="button" type="button" size="sm" aria-expanded={isWhole} onClick={toggle}>
          {isWhole ? 'Hide the whole definition' : 'Show the whole definition'}
        </Anchor>
        <Collapse expanded={isWhole} pt="xs">
          {isWhole && (
            <JsonView value={definitionOf(tool)} label={`Definition of ${inertName(tool.name, 200)}`} />
          )}
        </Collapse>
      </div>
    </Stack>
  );
}

function definitionOf({ name, title, description, inputSchema, annotations }: ServerTool): object {
  return { name, title, description, inputSchema, annotations };
}

function Parameters({ schema }: { readonly schema: unknown }): ReactNode {
  const parameters = useMemo(() => parametersOf(schema), [schema]);
  return (
    <div>
      <Text size="sm" fw={600}>
        What it takes
      </Text>
      {parameters.length === 0 ? (
        <Text size="sm" c="dimmed">
          No arguments that it names.
        </Text>
      ) : (
        <ul className={classes['parameters']}>
          {parameters.map(({ name, type, isRequired, description }) => (
            <li key={name}>
              <Text size="sm">
                <span className="mono">{inertName(name, 200)}</span>{' '}
                <Text span size="xs" c="dimmed">
                  {inertName(type, 120)}
                  {isRequired ? ', required' : ''}
                </Text>
              </Text>
              {description !== '' && (
                <Text size="sm" c="dimmed" className={classes['description'] ?? ''}>
                  <bdi>{inert(description, 1_000)}</bdi>
                </Text>
              )}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
