import { Progress as Bar, Stepper, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import { STEPS, type StartView, type Step } from './start-address.ts';

const LABELS: Readonly<Record<Step, string>> = {
  servers: 'Servers',
  tools: 'Tools',
  policy: 'Policy',
  grant: 'Grant',
  connect: 'Connect',
};

/** Which step this is, and the way back to those before it. */
export function Progress({
  view,
  go,
}: {
  readonly view: StartView;
  readonly go: (part: Partial<StartView>) => void;
}): ReactNode {
  const active = STEPS.indexOf(view.step);
  const reached = furthest(view);
  const open = (index: number): void => {
    const step = STEPS[index];
    if (step === 'servers') go({ server: undefined });
    else if (step !== undefined) go({ step });
  };
  return (
    <nav aria-label="Steps">
      <Stepper active={active} onStepClick={open} size="sm" visibleFrom="sm" iconSize={32}>
        {STEPS.map((step, index) => (
          <Stepper.Step
            key={step}
            label={LABELS[step]}
            allowStepSelect={index <= reached && index !== active}
            aria-current={index === active ? 'step' : undefined}
            aria-disabled={index > reached || undefined}
          />
        ))}
      </Stepper>
      <Text size="sm" fw={500} mb={6} hiddenFrom="sm">
        Step {active + 1} of {STEPS.length}: {LABELS[view.step]}
      </Text>
      <Bar value={((active + 1) / STEPS.length) * 100} hiddenFrom="sm" aria-label="How far you are" />
    </nav>
  );
}

/** The last step that can be opened with what is known. */
function furthest({ server, policy, grant, step }: StartView): number {
  if (server === undefined) return 0;
  if (grant !== undefined) return STEPS.indexOf('connect');
  if (policy !== undefined) return STEPS.indexOf('grant');
  return Math.max(STEPS.indexOf('policy'), STEPS.indexOf(step));
}
