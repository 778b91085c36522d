import { Anchor, Collapse, PasswordInput, Radio, Select, Stack, Textarea, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import type { ReactNode } from 'react';
import type { ConnectionErrors, OAuthValue, SecretKind } from './connection-value.ts';

interface OAuthFieldsProps {
  readonly value: OAuthValue;
  readonly onChange: (value: OAuthValue) => void;
  readonly errors: ConnectionErrors;
  readonly disabled: boolean;
}

const SECRETS: readonly { readonly value: SecretKind; readonly label: string }[] = [
  { value: 'none', label: 'No secret' },
  { value: 'secret', label: 'A client secret' },
  { value: 'key', label: 'A private key' },
];
const ALGORITHMS = ['ES256', 'ES384', 'ES512', 'RS256', 'RS384', 'RS512', 'PS256'];

/** How the gateway logs in to a server with OAuth 2.1. Most servers need nothing but a person's consent. */
export function OAuthFields({ value, onChange, errors, disabled }: OAuthFieldsProps): ReactNode {
  const isOpen = value.mode === 'client_credentials' || value.clientId !== '' || value.secretKind !== 'none';
  const [opened, { toggle }] = useDisclosure(isOpen);
  const isShown = opened || value.mode === 'client_credentials';
  return (
    <Stack gap="sm" pl="md" style={{ borderLeft: '2px solid var(--mantine-color-default-border)' }}>
      <Radio.Group
        label="Who logs in"
        value={value.mode}
        onChange={(mode) =>
          onChange({
            ...value,
            mode: mode === 'client_credentials' ? mode : 'authorization_code',
            ...(mode === 'client_credentials' && value.secretKind === 'none' && { secretKind: 'secret' }),
          })
        }
      >
        <Stack gap={6} mt={6}>
          <Radio
            value="authorization_code"
            label="A person, in the browser"
            description="Save first, then connect: you will be sent to the server's login."
            disabled={disabled}
          />
          <Radio
            value="client_credentials"
            label="The gateway itself"
            description="With a client that you registered there."
            disabled={disabled}
          />
        </Stack>
      </Radio.Group>
      {value.mode === 'authorization_code' && (
        <Anchor component="button" type="button" size="sm" ta="left" aria-expanded={isShown} onClick={toggle}>
          {isShown ? 'Fewer OAuth settings' : 'I have registered a client there, or need other rights'}
        </Anchor>
      )}
      <Collapse expanded={isShown}>
        <ClientFields value={value} onChange={onChange} errors={errors} disabled={disabled} />
      </Collapse>
    </Stack>
  );
}

function ClientFields({ value, onChange, errors, disabled }: OAuthFieldsProps): ReactNode {
  const text = (name: 'issuer' | 'clientId' | 'scope' | 'clientMetadataUrl') => ({
    value: value[name],
    error: errors[`oauth/${name}`],
    disabled,
    spellCheck: false,
    autoComplete: 'off',
    onChange: (event: { readonly currentTarget: { readonly value: string } }) =>
      onChange({ ...value, [name]: event.currentTarget.value }),
  });
  return (
    <Stack gap="sm">
      <TextInput label="Client id" maxLength={500} {...text('clientId')} />
      <TextInput
        label="Issuer"
        description="The only authorization server that may be used. A secret needs it."
        placeholder="https://login.example.com"
        {...text('issuer')}
      />
      <Select
        label="How the client proves itself"
        data={SECRETS}
        value={value.secretKind}
        allowDeselect={false}
        error={errors['oauth/secretKind']}
        disabled={disabled}
        onChange={(kind) =>
          onChange({ ...value, secretKind: SECRETS.find(({ value: one }) => one === kind)?.value ?? 'none' })
        }
      />
      {value.secretKind === 'secret' && (
        <PasswordInput
          label="Client secret"
          description="Encrypted, and never shown again."
          autoComplete="new-password"
          value={value.clientSecret}
          error={errors['oauth/clientSecret']}
          disabled={disabled}
          onChange={(event) => onChange({ ...value, clientSecret: event.currentTarget.value })}
        />
      )}
      {value.secretKind === 'key' && (
        <KeyFields value={value} onChange={onChange} errors={errors} disabled={disabled} />
      )}
      <TextInput
        label="Rights to ask for"
        description="Separated by spaces. Left empty: what the server asks for."
        {...text('scope')}
      />
      {value.secretKind === 'none' && (
        <TextInput
          label="Address of a client metadata document"
          description="Where the authorization server takes one as client id."
          {...text('clientMetadataUrl')}
        />
      )}
    </Stack>
  );
}

function KeyFields({ value, onChange, errors, disabled }: OAuthFieldsProps): ReactNode {
  return (
    <>
      <Textarea
        label="Private key"
        description="PKCS #8 in PEM. Encrypted, and never shown again."
        placeholder="-----BEGIN PRIVATE KEY-----"
        autosize
        minRows={3}
        maxRows={8}
        spellCheck={false}
        value={value.privateKey}
        error={errors['oauth/privateKey']}
        disabled={disabled}
        onChange={(event) => onChange({ ...value, privateKey: event.currentTarget.value })}
      />
      <Select
        label="Algorithm of the key"
        data={ALGORITHMS}
        value={value.signingAlgorithm}
        allowDeselect={false}
        error={errors['oauth/signingAlgorithm']}
        disabled={disabled}
        onChange={(algorithm) =>
          onChange({ ...value, signingAlgorithm: algorithm ?? value.signingAlgorithm })
        }
      />
    </>
  );
}
