import { List, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import type { ToolRisk } from '../api/server-shapes.ts';
import { inert, inertName } from './inert.ts';

/** Why a tool has its class: in a sentence, with what was found in its definition. */
export function WhyClass({ risk }: { readonly risk: ToolRisk }): ReactNode {
  return (
    <div>
      <Text size="sm">
        <Text span fw={600} inherit>
          Why this class:
        </Text>{' '}
        {inert(risk.rationale)} Confidence {Math.round(risk.confidence * 100)} %.
        {risk.reversibleBy !== undefined && ` The tool ${inertName(risk.reversibleBy, 200)} undoes it.`}
      </Text>
      {risk.hasHiddenText && (
        <Text size="sm" c="var(--tg-critical)">
          The definition holds characters that a reader does not see. They are written out here.
        </Text>
      )}
      {risk.evidence.length > 0 && (
        <List size="sm" c="dimmed">
          {risk.evidence.map(({ source, quote, translation }) => (
            <List.Item key={`${source} ${quote}`}>
              {source}: “<bdi>{inert(quote, 300)}</bdi>”
              {translation !== undefined && ` (${inert(translation, 200)})`}
            </List.Item>
          ))}
        </List>
      )}
    </div>
  );
}
