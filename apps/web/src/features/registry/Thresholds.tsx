/** @file A threshold to move: how many answers are then right, how many pictures are answered, how many refused. */
import '@mantine/core/styles/Slider.css';
import { Button, NativeSelect, Slider } from '@mantine/core';
import { type EvaluationReport, thresholdSteps } from '@tintype/contracts/evaluation-report';
import { useState } from 'react';
import { Command } from '../../components/Command.tsx';
import { formatCount, formatInterval, formatShare } from '../../components/format.ts';
import { type CountedShare, findStepFor, readCurves, readOperatingPoint } from './operating-point.ts';
import classes from './Thresholds.module.css';

/** Precisions that people ask for. */
const wanted = [0.95, 0.98, 0.99];

export interface ThresholdsProps {
  thresholds: EvaluationReport['thresholds'];
  /** Opens the pictures that would be refused. */
  onShowRefused: (below: number) => void;
}

export function Thresholds({ thresholds, onShowRefused }: ThresholdsProps) {
  const [step, setStep] = useState(0);
  const [className, setClassName] = useState('');
  const chosen = className === '' ? undefined : className;
  const point = readOperatingPoint(thresholds, { step, className: chosen });
  const reachable = wanted.flatMap((precision) => {
    const found = findStepFor(precision, thresholds);
    return found === undefined || found === 0 ? [] : [{ precision, found }];
  });
  return (
    <div className={classes.panel}>
      <div className={classes.top}>
        <NativeSelect
          label="Of"
          value={className}
          onChange={(event) => setClassName(event.currentTarget.value)}
          data={[{ value: '', label: 'all classes' }, ...thresholds.map((entry) => entry.className)]}
        />
        {reachable.length > 0 && (
          <div className={classes.wanted}>
            <span>I want</span>
            {reachable.map(({ precision, found }) => (
              <Button key={precision} size="compact-sm" variant="default" onClick={() => setStep(found)}>
                {formatShare(precision, 0)} right
              </Button>
            ))}
          </div>
        )}
      </div>
      <dl className={classes.figures}>
        <Figure name="Precision" note="of the answers are right" value={point.precision} mark="precision" />
        <Figure name="Recall" note="of the pictures are answered right" value={point.recall} mark="recall" />
        <Figure name="Refused" note="of the pictures get no answer" value={point.refused} mark="refused" />
      </dl>
      <Curves thresholds={thresholds} className={chosen} step={step} />
      <Slider
        className={classes.slider ?? ''}
        thumbLabel="Least confidence"
        min={0}
        max={thresholdSteps - 1}
        value={step}
        onChange={setStep}
        label={(value) => formatShare(value / thresholdSteps, 0)}
        thumbProps={{ 'aria-valuetext': `${formatShare(step / thresholdSteps, 0)} confidence at least` }}
      />
      <div className={classes.foot}>
        <span>
          Refuse below <strong>{formatShare(step / thresholdSteps, 0)}</strong>
        </span>
        {step > 0 && (
          <>
            <Button size="compact-sm" variant="default" onClick={() => onShowRefused(step / thresholdSteps)}>
              Show what is refused
            </Button>
            <span className={classes.setting}>in tintype.yaml, under serve:</span>
            <Command line={`gates: [confidence=${(step / thresholdSteps).toFixed(2)}]`} />
          </>
        )}
      </div>
    </div>
  );
}

function Figure({
  name,
  note,
  value,
  mark,
}: {
  name: string;
  note: string;
  value: CountedShare | undefined;
  mark: string;
}) {
  return (
    <div>
      <dt data-mark={mark}>{name}</dt>
      <dd>
        <strong>{value ? formatShare(value.share) : 'none'}</strong>
        <span>
          {value
            ? `${formatInterval(value.interval, 0)} · ${formatCount(value.count)} of ${formatCount(value.of)} ${note}`
            : 'nothing is answered'}
        </span>
      </dd>
    </div>
  );
}

const plot = { width: 400, height: 150 };

/** All three over the threshold; drawn beside the slider so that its ends are the slider's. */
function Curves({
  thresholds,
  className,
  step,
}: {
  thresholds: ThresholdsProps['thresholds'];
  className: string | undefined;
  step: number;
}) {
  const curves = readCurves(thresholds, className);
  const place = (at: number): string => ((at / (thresholdSteps - 1)) * plot.width).toFixed(1);
  const draw = (values: readonly (number | null)[]): string => {
    let pen = 'M';
    return values
      .map((value, at) => {
        if (value === null) {
          pen = 'M';
          return '';
        }
        const part = `${pen}${place(at)} ${((1 - value) * plot.height).toFixed(1)}`;
        pen = 'L';
        return part;
      })
      .join('');
  };
  return (
    <svg
      viewBox={`0 -3 ${plot.width} ${plot.height + 6}`}
      preserveAspectRatio="none"
      className={classes.plot}
      aria-hidden="true"
    >
      {[0, 0.5, 1].map((share) => (
        <path key={share} className={classes.grid} d={`M0 ${(1 - share) * plot.height}H${plot.width}`} />
      ))}
      <path className={classes.now} d={`M${place(step)} 0V${plot.height}`} />
      {(['refused', 'recall', 'precision'] as const).map((name) => (
        <path key={name} className={classes.curve} data-mark={name} d={draw(curves[name])} />
      ))}
    </svg>
  );
}
