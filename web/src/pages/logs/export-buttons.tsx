import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import type { ReactNode } from 'react';
import { exportAddress, fetchExport, type DecisionFilter, type ExportFormat } from '../../api/logs.ts';
import { useSignedIn } from '../../shell/rights.tsx';

const FORMATS: readonly { readonly format: ExportFormat; readonly label: string }[] = [
  { format: 'csv', label: 'CSV' },
  { format: 'ndjson', label: 'NDJSON' },
];

/** Everything that the filter shows, as a file. */
export function ExportButtons({ filter }: { readonly filter: DecisionFilter }): ReactNode {
  const { memberships, organisation } = useSignedIn();
  const fetched = useMutation({
    mutationFn: (format: ExportFormat) => save(filter, format, organisation?.id ?? ''),
    onError: (error) =>
      notifications.show({ color: 'red', title: 'The export failed', message: error.message }),
  });
  // a link cannot say which organisation is meant: only people of several need the longer way
  const isPlain = memberships.length < 2;
  return (
    <Button.Group>
      {FORMATS.map(({ format, label }) => {
        const shared = {
          variant: 'default',
          size: 'xs',
          leftSection: <Download size={14} aria-hidden />,
          'aria-label': `Export what is shown as ${label}`,
          title: `Export what is shown as ${label}`,
          children: label,
        };
        return isPlain ? (
          <Button key={format} component="a" href={exportAddress(filter, format)} download {...shared} />
        ) : (
          <Button
            key={format}
            loading={fetched.isPending && fetched.variables === format}
            onClick={() => fetched.mutate(format)}
            {...shared}
          />
        );
      })}
    </Button.Group>
  );
}

async function save(filter: DecisionFilter, format: ExportFormat, organisation: string): Promise<void> {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await fetchExport(filter, format, organisation));
  link.download = `decisions.${format}`;
  link.click();
  URL.revokeObjectURL(link.href);
}
