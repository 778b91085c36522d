import { JsonInput, Select, Stack, TextInput, NumberInput } from '@mantine/core';
import { useMemo, type ReactNode } from 'react';
import { fieldsOf, type Field } from '../../builder/schema-fields.ts';
import { inert } from '../../parts/inert.ts';

export type Arguments = Readonly<Record<string, unknown>>;

/** A field for each argument of a tool; what is left empty is not sent. */
export function ArgumentsForm({
  inputSchema,
  value,
  change,
}: {
  readonly inputSchema: unknown;
  readonly value: Arguments;
  readonly change: (next: Arguments) => void;
}): ReactNode {
  const fields = useMemo(() => topFields(inputSchema), [inputSchema]);
  return (
    <Stack gap="xs">
      {fields.map(({ name, field }) => (
        <ArgumentField
          key={name}
          name={name}
          field={field}
          value={Object.hasOwn(value, name) ? value[name] : undefined}
          put={(next) => {
            const { [name]: _before, ...rest } = value;
            change(next === undefined ? rest : Object.fromEntries([...Object.entries(rest), [name, next]]));
          }}
        />
      ))}
    </Stack>
  );
}

/** The arguments themselves, without what lies inside them. */
function topFields(inputSchema: unknown): readonly { readonly name: string; readonly field: Field }[] {
  const schema = inputSchema as { readonly properties?: Readonly<Record<string, unknown>> } | undefined;
  const paths = new Map(fieldsOf(inputSchema).map((field) => [field.path, field]));
  return Object.keys(schema?.properties ?? {}).flatMap((name) => {
    const field = paths.get(`args.${name}`) ?? paths.get(`args[${JSON.stringify(name)}]`);
    return field === undefined ? [] : [{ name, field }];
  });
}

interface FieldProps {
  readonly name: string;
  readonly field: Field;
  readonly value: unknown;
  readonly put: (value: unknown) => void;
}

function ArgumentField({ name, field, value, put }: FieldProps): ReactNode {
  const shared = {
    size: 'sm' as const,
    label: inert(name, 120),
    withAsterisk: field.required,
    ...(field.description !== undefined && { description: inert(field.description, 200) }),
  };
  const [type] = field.types;
  const choices =
    field.choices ?? (type === 'boolean' && field.types.length === 1 ? [true, false] : undefined);
  if (choices !== undefined) {
    return (
      <Select
        {...shared}
        clearable
        placeholder="Not sent"
        value={value === undefined ? null : JSON.stringify(value)}
        data={choices.map((one) => ({ value: JSON.stringify(one), label: String(one) }))}
        onChange={(text) => put(text === null ? undefined : JSON.parse(text))}
      />
    );
  }
  if (type === 'number')
    return (
      <NumberInput
        {...shared}
        placeholder="Not sent"
        value={typeof value === 'number' ? value : ''}
        onChange={(next) => put(typeof next === 'number' ? next : undefined)}
      />
    );
  if (type === 'string')
    return (
      <TextInput
        {...shared}
        placeholder="Not sent"
        value={typeof value === 'string' ? value : ''}
        onChange={({ currentTarget }) => put(currentTarget.value === '' ? undefined : currentTarget.value)}
      />
    );
  return <JsonArgument {...shared} value={value} put={put} />;
}

function JsonArgument({
  value,
  put,
  ...shared
}: Pick<FieldProps, 'value' | 'put'> & {
  readonly label: string;
  readonly withAsterisk: boolean;
}): ReactNode {
  return (
    <JsonInput
      {...shared}
      autosize
      minRows={1}
      maxRows={8}
      placeholder='Not sent. JSON, such as [1, 2] or { "id": 1 }'
      validationError="This is not JSON yet; it is not sent."
      defaultValue={value === undefined ? '' : JSON.stringify(value)}
      onChange={(text) => {
        try {
          put(text.trim() === '' ? undefined : JSON.parse(text));
        } catch {
          put(undefined);
        }
      }}
    />
  );
}
