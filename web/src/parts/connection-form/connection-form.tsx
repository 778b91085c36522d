import { Alert, Input, Stack } from '@mantine/core';
import { useId, type ReactNode } from 'react';
import type { ConnectionDisplay } from '../../api/servers.ts';
import { SegmentedControl } from '../segmented-control.tsx';
import { AddressFields } from './address-fields.tsx';
import { CommandFields } from './command-fields.tsx';
import type { ConnectionErrors, ConnectionKind, ConnectionValue } from './connection-value.ts';

export interface ConnectionFormProps {
  readonly value: ConnectionValue;
  readonly onChange: (value: ConnectionValue) => void;
  /** By the member of the connection; see `connectionErrors` and `missingIn`. */
  readonly errors?: ConnectionErrors;
  readonly disabled?: boolean;
  /** What the gateway has, where a connection is changed: what is not given anew stays. */
  readonly kept?: ConnectionDisplay;
}

const KINDS: readonly { readonly value: 'address' | 'stdio'; readonly label: string }[] = [
  { value: 'address', label: 'At an address' },
  { value: 'stdio', label: 'A command' },
];

/** How a server is reached: an address or a command, with what the gateway proves itself with. The parent keeps the value. */
export function ConnectionForm(props: ConnectionFormProps): ReactNode {
  const { value, onChange, errors = {}, disabled = false, kept } = props;
  const label = useId();
  const isCommand = value.kind === 'stdio';
  return (
    <Stack>
      {kept === undefined && (
        <div>
          <Input.Label labelElement="div" id={label} mb={4} display="block">
            Where the server is
          </Input.Label>
          <SegmentedControl
            aria-labelledby={label}
            data={[...KINDS]}
            value={isCommand ? 'stdio' : 'address'}
            disabled={disabled}
            onChange={(kind) => onChange({ ...value, kind: kindOf(kind) })}
          />
        </div>
      )}
      {isCommand ? (
        <CommandFields value={value} onChange={onChange} errors={errors} disabled={disabled} kept={kept} />
      ) : (
        <AddressFields value={value} onChange={onChange} errors={errors} disabled={disabled} kept={kept} />
      )}
      {errors[''] !== undefined && (
        <Alert color="red" role="alert">
          {errors['']}
        </Alert>
      )}
    </Stack>
  );
}

function kindOf(choice: string): ConnectionKind {
  return choice === 'stdio' ? 'stdio' : 'streamable-http';
}
