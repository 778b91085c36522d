import { Button } from '@mantine/core';
import { Download } from 'lucide-react';
import type { ReactNode } from 'react';
import { exportAddress, type DecisionFilter, type ExportFormat } from '../../api/logs.ts';
import { useSignedIn } from '../../shell/rights.tsx';

const FORMATS: readonly { readonly format: ExportFormat; readonly label: string }[] = [
  { format: 'csv', label: 'CSV' },
  { format: 'ndjson', label: 'NDJSON' },
];

/** Everything that the filter shows, as a file. */
export function ExportButtons({ filter }: { readonly filter: DecisionFilter }): ReactNode {
  const { organisation } = useSignedIn();
  return (
    <Button.Group>
      {FORMATS.map(({ format, label }) => (
        <Button
          key={format}
          component="a"
          href={exportAddress(filter, format, organisation?.id ?? '')}
          download
          variant="default"
          size="xs"
          leftSection={<Download size={14} aria-hidden />}
          aria-label={`Export what is shown as ${label}`}
          title={`Export what is shown as ${label}`}
        >
          {label}
        </Button>
      ))}
    </Button.Group>
  );
}
