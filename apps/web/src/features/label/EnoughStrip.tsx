/** @file The strip that answers "have I labeled enough?", asked again behind the scenes. */
import { Button, Popover } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { LabelForecast } from '@tintype/contracts/label-assist';
import { getForecast } from '../../api/label.ts';
import { ClassMark } from '../../components/ClassMark.tsx';
import { formatCount, formatShare } from '../../components/format.ts';
import classes from './EnoughStrip.module.css';
import { describeForecast, formatPoints, type Verdict } from './enough.ts';
import { askAgainWhilePassing, labelKey, useAfterLabels } from './use-next.ts';

/** A forecast costs the engine a second or more, and says little new after one label. */
const fresh = { labels: 20, pauseMs: 30_000 } as const;

const asking: Verdict = {
  tone: 'early',
  title: 'Have I labeled enough?',
  sentence: 'Asking what more labels would bring.',
};

export function EnoughStrip({ dataset }: { dataset: string }) {
  const client = useQueryClient();
  const queryKey = [...labelKey, 'forecast', dataset];
  const { data } = useQuery({
    queryKey,
    queryFn: ({ signal }) => getForecast({ dataset }, signal),
    staleTime: 60_000,
    refetchOnWindowFocus: false,
    retry: false,
    refetchInterval: askAgainWhilePassing,
  });
  useAfterLabels(() => void client.invalidateQueries({ queryKey }), fresh);
  const { tone, title, sentence } = data === undefined ? asking : describeForecast(data);
  return (
    <section className={classes.strip} aria-label="Have I labeled enough?">
      {data ? <Curve forecast={data} /> : <span className={classes.curve} />}
      <p className={classes.words}>
        <strong data-tone={tone}>{title}</strong> <span>{sentence}</span>
      </p>
      {data && (
        <Popover position="top-end" width={340} shadow="md" withArrow>
          <Popover.Target>
            <Button variant="subtle" color="gray" size="compact-sm" className={classes.more}>
              By class
            </Button>
          </Popover.Target>
          <Popover.Dropdown>
            <ByClass forecast={data} />
          </Popover.Dropdown>
        </Popover>
      )}
    </section>
  );
}

function ByClass({ forecast: { classes: rows, nextLabels } }: { forecast: LabelForecast }) {
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th>Class</th>
          <th>Recognized</th>
          <th>Next {formatCount(nextLabels)}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ className, recall, gain }) => (
          <tr key={className}>
            <td>
              <ClassMark className={className} />
            </td>
            <td>{formatShare(recall, 0)}</td>
            <td>{formatPoints(gain)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const size = { width: 96, height: 30 } as const;

/** Accuracy over labels, with its interval as a band. The lower edge is what the worst interval reaches. */
function Curve({ forecast: { curve } }: { forecast: LabelForecast }) {
  const most = curve.at(-1)?.labels ?? 1;
  const floor = Math.min(...curve.map((point) => point.interval[0]));
  const x = (labels: number): number => (labels / most) * size.width;
  const y = (accuracy: number): number => size.height - ((accuracy - floor) / Math.max(0.01, 1 - floor)) * size.height;
  const line = (values: readonly (readonly [number, number])[]): string =>
    values.map(([labels, accuracy]) => `${x(labels).toFixed(1)},${y(accuracy).toFixed(1)}`).join(' ');
  const upper = curve.map(({ labels, interval }) => [labels, interval[1]] as const);
  const lower = curve.map(({ labels, interval }) => [labels, interval[0]] as const);
  return (
    <svg className={classes.curve} viewBox={`0 0 ${size.width} ${size.height}`} aria-hidden="true">
      <polygon points={line([...upper, ...lower.toReversed()])} />
      <polyline points={line(curve.map(({ labels, accuracy }) => [labels, accuracy] as const))} />
    </svg>
  );
}
