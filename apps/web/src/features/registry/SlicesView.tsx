/** @file Accuracy on parts of the pictures, each with its interval; a number leads to its pictures. */
import { UnstyledButton } from '@mantine/core';
import type { EvaluationReport, EvaluationSlice, SliceKind } from '@tintype/contracts/evaluation-report';
import type { ModelVersion } from '@tintype/contracts/registry';
import { Command } from '../../components/Command.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatCount, formatCounted, formatInterval, formatShare } from '../../components/format.ts';
import { ExploreIcon } from '../../components/icons.tsx';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { Panel } from './EvaluationView.tsx';
import { IntervalPlot } from './IntervalPlot.tsx';
import { chooseScale } from './interval.ts';
import { ReportScope } from './ReportScope.tsx';
import classes from './SlicesView.module.css';
import { useOpenAnswers } from './use-report.ts';

const titles: Record<SliceKind, string> = {
  dataset: 'Dataset',
  size: 'Shorter side',
  brightness: 'Brightness',
  tag: 'Tag',
};

export function SlicesView({ version }: { version: ModelVersion }) {
  const open = useOpenAnswers(version);
  return (
    <ReportScope name={version} snapshot={version.snapshot}>
      {(report) => (
        <>
          {open.isError && <ProblemNotice error={open.error} />}
          {report.slices.length === 0 ? (
            <NoSlices />
          ) : (
            <Slices
              report={report}
              onOpen={({ kind, name }, wrong) =>
                open.mutate({ on: report.on, sliceKind: kind, sliceName: name, ...(wrong ? { wrong } : {}) })
              }
            />
          )}
        </>
      )}
    </ReportScope>
  );
}

interface SlicesProps {
  report: EvaluationReport;
  onOpen: (slice: EvaluationSlice, wrong: boolean) => void;
}

function Slices({ report: { slices }, onOpen }: SlicesProps) {
  const scale = chooseScale(slices.map(({ interval }) => interval));
  const kinds = [...new Set(slices.map(({ kind }) => kind))];
  const apart = slices.filter(({ standsOut }) => standsOut).length;
  return (
    <>
      <p className={classes.words}>
        {apart === 0
          ? `None of the ${formatCounted(slices.length, 'slice')} stands out from the rest.`
          : `${formatCounted(apart, 'slice')} of ${formatCount(slices.length)} ${apart === 1 ? 'stands' : 'stand'} out: the interval does not reach the accuracy on the other pictures. One of twenty does so by chance.`}
      </p>
      {kinds.map((kind) => (
        <Panel key={kind} title={titles[kind]}>
          <div className={classes.scroller}>
            <table className={classes.table}>
              <thead>
                <tr>
                  <th scope="col">
                    <span className={classes.hidden}>{titles[kind]}</span>
                  </th>
                  <th scope="col" className={classes.number}>
                    Pictures
                  </th>
                  <th scope="col">Accuracy, 95 % interval</th>
                  <th scope="col" className={classes.plot} aria-hidden="true">
                    <span>
                      {formatShare(scale[0], 0)}
                      <span>{formatShare(scale[1], 0)}</span>
                    </span>
                  </th>
                  <th scope="col" className={classes.rest}>
                    The rest
                  </th>
                  <th scope="col">
                    <span className={classes.hidden}>Look</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {slices
                  .filter((slice) => slice.kind === kind)
                  .map((slice) => (
                    <Row key={slice.name} slice={slice} scale={scale} onOpen={onOpen} />
                  ))}
              </tbody>
            </table>
          </div>
        </Panel>
      ))}
    </>
  );
}

function Row({
  slice,
  scale,
  onOpen,
}: {
  slice: EvaluationSlice;
  scale: [number, number];
  onOpen: SlicesProps['onOpen'];
}) {
  const { name, pictures, accuracy, interval, rest, standsOut } = slice;
  const wrong = Math.round(pictures * (1 - accuracy));
  return (
    <tr data-apart={standsOut || undefined}>
      <th scope="row">{name}</th>
      <td className={classes.number}>
        <UnstyledButton
          className={classes.open}
          onClick={() => onOpen(slice, false)}
          aria-label={`Show ${formatCounted(pictures, 'picture')}: ${name}`}
        >
          {formatCount(pictures)}
        </UnstyledButton>
      </td>
      <td>
        <strong>{formatShare(accuracy)}</strong> <span className={classes.dim}>({formatInterval(interval)})</span>
        {standsOut && rest !== null && (
          <span className={classes.apart} data-worse={accuracy < rest || undefined}>
            {accuracy < rest ? '▼ worse' : '▲ better'}
          </span>
        )}
      </td>
      <td className={classes.plot} aria-hidden="true">
        <IntervalPlot share={accuracy} interval={interval} scale={scale} />
      </td>
      <td className={`${classes.rest} ${classes.dim}`}>{rest === null ? '' : formatShare(rest)}</td>
      <td className={classes.number}>
        {wrong > 0 && (
          <UnstyledButton
            className={classes.open}
            onClick={() => onOpen(slice, true)}
            aria-label={`Show the ${formatCounted(wrong, 'mistake')}: ${name}`}
          >
            {formatCounted(wrong, 'mistake')}
          </UnstyledButton>
        )}
      </td>
    </tr>
  );
}

function NoSlices() {
  return (
    <EmptyState icon={<ExploreIcon size={26} />} title="Nothing divides these pictures yet">
      <p>They are of one dataset and one size, without tags, and nobody has measured their brightness.</p>
      <Command line="npx tintype explore" />
    </EmptyState>
  );
}
