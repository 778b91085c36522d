import { Button, Checkbox, Group, Input, Select, Stack, Text, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ConnectionDisplay } from '../../api/servers.ts';
import { NO_LOGIN, type ConnectionErrors, type ConnectionValue } from './connection-value.ts';
import { KeptPlace, OtherPlace } from './kept-place.tsx';
import { NamedValues } from './named-values.tsx';
import { OAuthFields } from './oauth-fields.tsx';
import { withOtherPlace, withSamePlace } from './other-place.ts';

interface FieldsProps {
  readonly value: ConnectionValue;
  readonly onChange: (value: ConnectionValue) => void;
  readonly errors: ConnectionErrors;
  readonly disabled: boolean;
  readonly kept: ConnectionDisplay | undefined;
}

const TRANSPORTS = [
  { value: 'streamable-http', label: 'Streamable HTTP' },
  { value: 'sse', label: 'HTTP with SSE (2024-11-05)' },
] as const;

/** A server at an address: where, what it speaks, with which headers and login. */
export function AddressFields({ value, onChange, errors, disabled, kept }: FieldsProps): ReactNode {
  return (
    <Stack>
      {kept !== undefined && value.place === 'kept' ? (
        <KeptPlace
          title="Address"
          text={kept.url ?? ''}
          disabled={disabled}
          change={() => onChange(withOtherPlace(value, kept))}
        />
      ) : (
        <>
          {kept !== undefined && (
            <OtherPlace what="address" back={() => onChange(withSamePlace(value, kept))} />
          )}
          <TextInput
            label="Address of the MCP endpoint"
            type="url"
            placeholder="https://mcp.example.com/mcp"
            required
            maxLength={2000}
            spellCheck={false}
            autoComplete="off"
            value={value.url}
            error={errors['url']}
            disabled={disabled}
            onChange={(event) => onChange({ ...value, url: event.currentTarget.value })}
          />
        </>
      )}
      <Select
        label="What it speaks"
        data={[...TRANSPORTS]}
        value={value.kind}
        allowDeselect={false}
        error={errors['kind']}
        disabled={disabled}
        onChange={(kind) => onChange({ ...value, kind: kind === 'sse' ? 'sse' : 'streamable-http' })}
      />
      <NamedValues
        member="headers"
        values={value.headers}
        onChange={(headers) => onChange({ ...value, headers })}
        errors={errors}
        disabled={disabled}
        isElsewhere={kept !== undefined && value.place === 'given'}
      />
      <Login value={value} onChange={onChange} errors={errors} disabled={disabled} kept={kept} />
    </Stack>
  );
}

function Login({ value, onChange, errors, disabled, kept }: FieldsProps): ReactNode {
  if (value.login === 'kept' && kept?.oauth !== undefined) {
    return (
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div>
          <Input.Label labelElement="div">OAuth</Input.Label>
          <Text size="xs" c="dimmed">
            {kept.oauth.mode === 'client_credentials'
              ? 'The gateway logs in by itself.'
              : 'A person consents in the browser.'}{' '}
            The login stays as it is.
          </Text>
        </div>
        <Group gap="xs" wrap="nowrap">
          <Button
            size="compact-sm"
            variant="default"
            disabled={disabled}
            onClick={() => onChange({ ...value, login: 'given' })}
          >
            Change
          </Button>
          <Button
            size="compact-sm"
            variant="default"
            disabled={disabled}
            onClick={() => onChange({ ...value, login: 'none', oauth: NO_LOGIN })}
          >
            Remove
          </Button>
        </Group>
      </Group>
    );
  }
  // a server that speaks HTTP with SSE has no login
  if (value.kind === 'sse' && value.login === 'none') return null;
  return (
    <Stack gap="sm">
      <Checkbox
        label="The server wants a login (OAuth)"
        checked={value.login === 'given'}
        error={errors['oauth']}
        disabled={disabled}
        onChange={(event) => onChange({ ...value, login: event.currentTarget.checked ? 'given' : 'none' })}
      />
      {value.login === 'given' && (
        <OAuthFields
          value={value.oauth}
          onChange={(oauth) => onChange({ ...value, oauth })}
          errors={errors}
          disabled={disabled}
        />
      )}
    </Stack>
  );
}
