import { Stack, Textarea, TextInput } from '@mantine/core';
import type { ClipboardEvent, ReactNode } from 'react';
import type { ConnectionDisplay } from '../../api/servers.ts';
import { splitCommandLine } from './command-line.ts';
import type { ConnectionErrors, ConnectionValue } from './connection-value.ts';
import { KeptPlace, OtherPlace } from './kept-place.tsx';
import { NamedValues } from './named-values.tsx';
import { withOtherPlace, withSamePlace } from './other-place.ts';

interface FieldsProps {
  readonly value: ConnectionValue;
  readonly onChange: (value: ConnectionValue) => void;
  readonly errors: ConnectionErrors;
  readonly disabled: boolean;
  readonly kept: ConnectionDisplay | undefined;
}

/** A server that the gateway starts: program, arguments, folder and environment. */
export function CommandFields({ value, onChange, errors, disabled, kept }: FieldsProps): ReactNode {
  return (
    <Stack>
      {kept !== undefined && value.place === 'kept' ? (
        <KeptPlace
          title="Command"
          text={[kept.command ?? '', ...(kept.args ?? [])].join(' ')}
          disabled={disabled}
          change={() => onChange(withOtherPlace(value, kept))}
        />
      ) : (
        <>
          {kept !== undefined && (
            <OtherPlace what="program" back={() => onChange(withSamePlace(value, kept))} />
          )}
          <ProgramFields value={value} onChange={onChange} errors={errors} disabled={disabled} />
        </>
      )}
      <NamedValues
        member="env"
        values={value.env}
        onChange={(env) => onChange({ ...value, env })}
        errors={errors}
        disabled={disabled}
        isElsewhere={kept !== undefined && value.place === 'given'}
      />
    </Stack>
  );
}

function ProgramFields({ value, onChange, errors, disabled }: Omit<FieldsProps, 'kept'>): ReactNode {
  /** A whole line that is pasted becomes program and arguments. */
  const takeApart = (event: ClipboardEvent<HTMLInputElement>): void => {
    const [command, ...args] = splitCommandLine(event.clipboardData.getData('text'));
    if (command === undefined || args.length === 0 || value.command !== '' || value.args !== '') return;
    event.preventDefault();
    onChange({ ...value, command, args: args.join('\n') });
  };
  const firstFault = Object.entries(errors).find(([member]) => /^args(?:\/|$)/.test(member))?.[1];
  return (
    <>
      <TextInput
        label="Program"
        description="Started on the machine of the gateway, with its rights. A whole command line may be pasted."
        placeholder="npx"
        required
        maxLength={1000}
        spellCheck={false}
        autoComplete="off"
        value={value.command}
        error={errors['command']}
        disabled={disabled}
        onPaste={takeApart}
        onChange={(event) => onChange({ ...value, command: event.currentTarget.value })}
      />
      <Textarea
        label="Arguments"
        description="One a line, without quotes. Secrets belong into the environment."
        placeholder={'-y\n@example/server'}
        autosize
        minRows={2}
        maxRows={10}
        spellCheck={false}
        value={value.args}
        error={firstFault}
        disabled={disabled}
        onChange={(event) => onChange({ ...value, args: event.currentTarget.value })}
      />
      <TextInput
        label="Folder"
        description="Where it is started. Left empty: the gateway's own."
        maxLength={1000}
        spellCheck={false}
        autoComplete="off"
        value={value.cwd}
        error={errors['cwd']}
        disabled={disabled}
        onChange={(event) => onChange({ ...value, cwd: event.currentTarget.value })}
      />
    </>
  );
}
