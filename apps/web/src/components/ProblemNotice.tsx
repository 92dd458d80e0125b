/** @file What happened, what is safe, what to do: a failure on the page. */
import { Button } from '@mantine/core';
import { toProblem } from '../api/problem.ts';
import { Hint } from './Hint.tsx';
import { RetryIcon, StopIcon } from './icons.tsx';
import classes from './ProblemNotice.module.css';

export interface ProblemNoticeProps {
  error: unknown;
  onRetry?: () => void;
}

export function ProblemNotice({ error, onRetry }: ProblemNoticeProps) {
  const problem = toProblem(error);
  return (
    <div className={classes.notice} role="alert">
      <StopIcon />
      <div className={classes.words}>
        <strong>{problem.title}</strong>
        <p>{problem.detail}</p>
        <p className={classes.hint}>
          <Hint text={problem.hint} />
        </p>
        {problem.request_id && <p className={classes.hint}>Request {problem.request_id}</p>}
        {onRetry && (
          <Button mt="xs" variant="default" leftSection={<RetryIcon size={16} />} onClick={onRetry}>
            Try again
          </Button>
        )}
      </div>
    </div>
  );
}
