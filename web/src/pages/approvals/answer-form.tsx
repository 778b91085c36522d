import { Alert, Button, Stack, Text, Textarea } from '@mantine/core';
import { Check, TriangleAlert, X } from 'lucide-react';
import { useEffect, useRef, useState, type ReactNode } from 'react';
import {
  isSettledAlready,
  useActorName,
  useAnswer,
  type Answer,
  type ApprovalDetail,
} from '../../api/approvals.ts';
import { ApiProblem } from '../../api/client.ts';
import { Problem } from '../../parts/problem.tsx';
import { TimeAgo } from '../../parts/time-ago.tsx';
import { useMay } from '../../shell/rights.tsx';
import classes from './approvals.module.css';
import { TimeLeft } from './time-left.tsx';
import { whatNow } from './what-now.ts';

const MAX_NOTE_CHARS = 500;

/** Where a person answers, and what became of it, whoever answered. */
export function AnswerForm({ approval }: { readonly approval: ApprovalDetail }): ReactNode {
  const mayDecide = useMay('approvals:decide');
  const answer = useAnswer(approval.id);
  const [note, setNote] = useState('');
  // whether somebody sat before the question when it was answered: then the answer is news
  const [wasAsked] = useState(approval.status === 'pending');
  const isLate = isSettledAlready(answer.error);
  const isSettled = approval.status !== 'pending' || isLate;
  const outcome = useRef<HTMLElement>(null);
  useEffect(() => {
    // the buttons are gone: what became of them is where the eye and the keyboard go on
    if (isSettled && wasAsked) outcome.current?.focus();
  }, [isSettled, wasAsked]);
  if (isSettled) {
    return (
      <section
        ref={outcome}
        tabIndex={-1}
        className={`${classes['answer']} ${classes['settled']}`}
        aria-label="The answer"
      >
        <Settled approval={approval} isLate={isLate} isNews={wasAsked && !answer.isSuccess} />
      </section>
    );
  }
  if (!mayDecide) {
    return (
      <section className={classes['answer']} aria-label="The answer">
        <TimeLeft until={approval.expiresAt} size="md" />
        <Text size="sm" mt="xs">
          The call waits for somebody who may decide held calls. An administrator gives that right to members.
        </Text>
      </section>
    );
  }
  return (
    <section className={classes['answer']} aria-label="Your answer">
      <Stack>
        <div>
          <TimeLeft until={approval.expiresAt} size="lg" />
          <Text size="sm" c="dimmed">
            A yes is for this very call, once. Without an answer it is not made.
          </Text>
        </div>
        <Textarea
          label="Note"
          description="Optional. The agent is told."
          autosize
          minRows={2}
          maxRows={6}
          maxLength={MAX_NOTE_CHARS}
          value={note}
          error={noteFault(answer.error)}
          disabled={answer.isPending}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        {answer.error && noteFault(answer.error) === undefined && <Problem error={answer.error} />}
        <Buttons approval={approval} answer={answer} note={note.trim()} />
      </Stack>
    </section>
  );
}

/** No form and no default button: an answer is a press on one of these and nothing else. */
function Buttons({
  approval,
  answer,
  note,
}: {
  readonly approval: ApprovalDetail;
  readonly answer: ReturnType<typeof useAnswer>;
  readonly note: string;
}): ReactNode {
  const given = answer.isPending ? answer.variables.verdict : undefined;
  const give = (verdict: Answer['verdict']) => (): void => answer.mutate({ verdict, note });
  return (
    <div className={classes['buttons']}>
      <span className={classes['barTime']}>
        <TimeLeft until={approval.expiresAt} size="xs" />
      </span>
      <Button
        size="md"
        variant="default"
        leftSection={<X size={18} aria-hidden />}
        loading={given === 'deny'}
        disabled={given === 'approve'}
        onClick={give('deny')}
      >
        Deny
      </Button>
      <Button
        size="md"
        leftSection={<Check size={18} aria-hidden />}
        loading={given === 'approve'}
        disabled={given === 'deny'}
        onClick={give('approve')}
      >
        Approve
      </Button>
    </div>
  );
}

function Settled({
  approval,
  isLate,
  isNews,
}: {
  readonly approval: ApprovalDetail;
  readonly isLate: boolean;
  readonly isNews: boolean;
}): ReactNode {
  const nameOf = useActorName();
  const { decidedAt, decidedBy, note, status } = approval;
  const now = whatNow(approval, nameOf(decidedBy));
  const isYes = status === 'approved' || status === 'used';
  return (
    <Stack gap="sm" role="status">
      {isLate && (
        <Alert color="gray" icon={<TriangleAlert size={18} aria-hidden />} title="Your answer does not count">
          It came too late: the call waits for nobody any more. What holds is below.
        </Alert>
      )}
      {!isLate && isNews && (
        <Text size="sm">
          {status === 'expired'
            ? 'This ended while you looked at it.'
            : 'This was answered while you looked at it.'}
        </Text>
      )}
      {now !== undefined && (
        <div>
          <Text fw={650} c={isYes ? 'var(--tg-low)' : status === 'denied' ? 'var(--tg-critical)' : undefined}>
            {now.title}
          </Text>
          <Text size="sm">{now.text}</Text>
        </div>
      )}
      {decidedAt !== undefined && (
        <Text size="sm" c="dimmed">
          Answered <TimeAgo at={decidedAt} />
        </Text>
      )}
      {note !== '' && (
        <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
          Note: {note}
        </Text>
      )}
    </Stack>
  );
}

function noteFault(error: Error | null): string | undefined {
  if (!(error instanceof ApiProblem)) return undefined;
  return error.errors.find(({ pointer }) => pointer === '/note')?.message;
}
