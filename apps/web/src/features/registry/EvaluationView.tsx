/** @file What an evaluation says: the numbers, the confusions, each class, the calibration, the worst mistakes. */
import type { Evaluation } from '@tintype/contracts/evaluate';
import type { ReactNode } from 'react';
import { formatInterval, formatShare } from '../../components/format.ts';
import { Calibration } from './Calibration.tsx';
import { ClassTable } from './ClassTable.tsx';
import { ConfusionMatrix } from './ConfusionMatrix.tsx';
import classes from './EvaluationView.module.css';
import { Mistakes } from './Mistakes.tsx';

export interface EvaluationViewProps {
  evaluation: Evaluation;
  /** Opens the pictures of a cell of the matrix; absent where they are not known. */
  onOpenCell?: ((cell: { className: string; predicted: string }) => void) | undefined;
}

export function EvaluationView({ evaluation, onOpenCell }: EvaluationViewProps) {
  const classNames = evaluation.classes.map((entry) => entry.className);
  return (
    <>
      <dl className={classes.numbers}>
        <Figure
          name="Accuracy"
          share={evaluation.accuracy}
          note={`95 % interval ${formatInterval(evaluation.accuracyInterval)}`}
        />
        <Figure name="Balanced accuracy" share={evaluation.balancedAccuracy} note="mean recall of the classes" />
        <Figure name="Macro-F1" share={evaluation.macroF1} note="mean F1 of the classes" />
        <Figure
          name="Calibration error"
          share={evaluation.calibration.after}
          note={`before scaling ${formatShare(evaluation.calibration.before)}`}
        />
      </dl>
      <div className={classes.columns}>
        <Panel title="Confusion matrix">
          <ConfusionMatrix confusion={evaluation.confusion} classNames={classNames} onOpen={onOpenCell} />
        </Panel>
        <div className={classes.stack}>
          <Panel title="Per class">
            <ClassTable classes={evaluation.classes} confusion={evaluation.confusion} />
          </Panel>
          <Panel title="Calibration">
            <Calibration calibration={evaluation.calibration} />
          </Panel>
        </div>
      </div>
      <Panel title="Most confident mistakes">
        <Mistakes mistakes={evaluation.mistakes} />
      </Panel>
    </>
  );
}

function Figure({ name, share, note }: { name: string; share: number; note: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <strong>{formatShare(share)}</strong>
        <span>{note}</span>
      </dd>
    </div>
  );
}

export function Panel({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes.panel} aria-label={title}>
      <h2>{title}</h2>
      {children}
    </section>
  );
}
