/** @file Why nothing can be labeled yet: pictures are on their way, being prepared, or the server cannot be asked. */
import { toProblem } from '../../api/problem.ts';
import { EmptyState } from '../../components/EmptyState.tsx';
import { LabelIcon } from '../../components/icons.tsx';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import classes from './LabelNotice.module.css';

/** Holds the place of pictures while there is no error. */
export function LabelNotice({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  if (!error) return <Waiting what="the pictures to label" className={classes.place} />;
  const problem = toProblem(error);
  if (problem.code === 'LABELING_NOT_READY')
    return (
      <EmptyState icon={<LabelIcon size={26} />} title="Getting the pictures ready">
        <output>{problem.detail} This page goes on by itself.</output>
      </EmptyState>
    );
  return <ProblemNotice error={error} onRetry={onRetry} />;
}
