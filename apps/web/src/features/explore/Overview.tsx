/** @file The first look: what needs attention, how classes are balanced, how pictures measure. */
import type { ExploredClass, ExploreReport } from '@tintype/contracts/explore';
import { Link } from 'wouter';
import { ClassMark } from '../../components/ClassMark.tsx';
import { formatCount, formatCounted, formatShare, formatSize } from '../../components/format.ts';
import { RightIcon, WarnIcon } from '../../components/icons.tsx';
import { picturesPath } from '../catalog/gallery-filter.ts';
import numbers from '../registry/EvaluationView.module.css';
import { Panel } from '../registry/EvaluationView.tsx';
import { Histogram } from './Histogram.tsx';
import { findingPath } from './links.ts';
import { MeasureChart } from './MeasureChart.tsx';
import classes from './Overview.module.css';

export function Overview({ report }: { report: ExploreReport }) {
  const labeled = report.classes.filter(({ className }) => className !== null);
  const { shorterSideSpread: side } = report.sizes;
  return (
    <>
      <dl className={numbers.numbers}>
        <Figure name="Pictures" value={formatCount(report.pictures)} note={formatSize(report.sizeBytes)} />
        <Figure name="Classes" value={formatCount(labeled.length)} note={balanceWords(labeled)} />
        <Figure
          name="Without a label"
          value={formatCount(report.unlabeled)}
          note={formatShare(report.unlabeled / Math.max(1, report.pictures))}
        />
        <Figure
          name="Shorter side"
          value={`${formatCount(Math.round(side.median))} px`}
          note={`${formatCount(Math.round(side.low))}–${formatCount(Math.round(side.high))} px in nine of ten`}
        />
      </dl>
      <Panel title="What to look at">
        <Findings report={report} />
      </Panel>
      <div className={classes.columns}>
        <Panel title="Class balance">
          <Balance report={report} />
        </Panel>
        <Panel title="Sizes and shapes">
          <Sizes report={report} />
        </Panel>
      </div>
      {report.measures.length > 0 && (
        <Panel title="Measures">
          <p className={classes.hint}>Click a bar, or walk with arrow keys and press Enter, to see its pictures.</p>
          <div className={classes.charts}>
            {report.measures.map((measure) => (
              <MeasureChart key={measure.measure} measured={measure} dataset={report.dataset} />
            ))}
          </div>
        </Panel>
      )}
    </>
  );
}

function Figure({ name, value, note }: { name: string; value: string; note: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong>
        <span>{note}</span>
      </dd>
    </div>
  );
}

function balanceWords(labeled: readonly ExploredClass[]): string {
  const [largest, smallest] = [labeled[0], labeled.at(-1)];
  if (!largest || !smallest) return 'nothing is labeled yet';
  return `largest ${(largest.pictures / smallest.pictures).toFixed(1)} times the smallest`;
}

function Findings({ report }: { report: ExploreReport }) {
  if (report.findings.length === 0) return <p className={classes.none}>Nothing stands out. That is a good sign.</p>;
  return (
    <ul className={classes.findings}>
      {report.findings.map(({ kind, weight, sentence, advice }) => (
        <li key={kind} data-weight={weight}>
          <Link href={findingPath(kind, report)}>
            {weight === 'grave' ? <WarnIcon size={18} /> : <span className={classes.dot} />}
            <span className={classes.words}>
              <strong>{sentence}</strong> <span>{advice}</span>
            </span>
            <RightIcon size={16} />
          </Link>
        </li>
      ))}
    </ul>
  );
}

const splitWords = ['train', 'validation', 'test', 'none'] as const;

/** Bars of one scale, parted by split. */
function Balance({ report }: { report: ExploreReport }) {
  const most = Math.max(1, ...report.classes.map(({ pictures }) => pictures));
  return (
    <>
      <table className={classes.balance}>
        <thead>
          <tr>
            <th scope="col">Class</th>
            <th scope="col" className={classes.number}>
              Pictures
            </th>
            <th scope="col">
              <span className={classes.legend}>
                {splitWords.map((split) => (
                  <span key={split} data-split={split}>
                    {split === 'none' ? 'no split' : split}
                  </span>
                ))}
              </span>
            </th>
          </tr>
        </thead>
        <tbody>
          {report.classes.map((one) => (
            <tr key={one.className ?? ''}>
              <th scope="row">
                <Link href={picturesPath({ dataset: report.dataset, class: one.className ?? '' })}>
                  <ClassMark className={one.className} />
                </Link>
              </th>
              <td className={classes.number}>
                {formatCount(one.pictures)} <span>{formatShare(one.pictures / report.pictures)}</span>
              </td>
              <td>
                <span className={classes.bar} title={describeSplits(one)}>
                  {splitWords.map((split) => (
                    <span key={split} data-split={split} style={{ width: `${(100 * one.splits[split]) / most}%` }} />
                  ))}
                </span>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

const describeSplits = ({ splits }: ExploredClass): string =>
  splitWords.map((split) => `${split === 'none' ? 'no split' : split} ${formatCount(splits[split])}`).join(', ');

function Sizes({ report: { sizes } }: { report: ExploreReport }) {
  return (
    <div className={classes.sizes}>
      <Histogram
        title="Shorter side"
        unit="px"
        histogram={sizes.shorterSide}
        note={`median ${formatCount(Math.round(sizes.shorterSideSpread.median))} px`}
      />
      <Histogram
        title="Width / height"
        unit=""
        histogram={sizes.aspectRatio}
        note={`median ${sizes.aspectRatioSpread.median.toFixed(2)}`}
      />
      <ul className={classes.common} aria-label="Most frequent sizes">
        {sizes.common.slice(0, 5).map(({ widthPx, heightPx, pictures }) => (
          <li key={`${widthPx} ${heightPx}`}>
            <span>
              {formatCount(widthPx)} × {formatCount(heightPx)}
            </span>
            <span>{formatCounted(pictures, 'picture')}</span>
          </li>
        ))}
        {sizes.distinct > 5 && <li className={classes.none}>and {formatCounted(sizes.distinct - 5, 'other size')}</li>}
      </ul>
      <ul className={classes.common} aria-label="Formats">
        {sizes.formats.map(({ format, pictures }) => (
          <li key={format}>
            <span>{format.toUpperCase()}</span>
            <span>{formatCounted(pictures, 'picture')}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
