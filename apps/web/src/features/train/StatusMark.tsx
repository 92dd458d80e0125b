/** @file How a run or a trial stands: a sign and a word, never color alone. */
import type { ReactNode } from 'react';
import { CheckIcon, CloseIcon, StopIcon, TrainIcon } from '../../components/icons.tsx';
import classes from './StatusMark.module.css';

export type Status = 'running' | 'succeeded' | 'complete' | 'failed' | 'cancelled' | 'pruned';

const signs: Record<Status, { icon: ReactNode; tone: string }> = {
  running: { icon: <TrainIcon size={15} />, tone: 'accent' },
  succeeded: { icon: <CheckIcon size={15} />, tone: 'good' },
  complete: { icon: <CheckIcon size={15} />, tone: 'good' },
  failed: { icon: <StopIcon size={15} />, tone: 'bad' },
  cancelled: { icon: <CloseIcon size={15} />, tone: 'dim' },
  pruned: { icon: <CloseIcon size={15} />, tone: 'dim' },
};

export function StatusMark({ status, words }: { status: Status; words: string }) {
  const { icon, tone } = signs[status];
  return (
    <span className={classes.mark} data-tone={tone}>
      {icon}
      {words}
    </span>
  );
}
