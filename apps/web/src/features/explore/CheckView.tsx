/** @file What a person should look at: labels that are probably wrong, pictures unlike all others or hard to see, files that are no pictures. */
import { Button } from '@mantine/core';
import type { ExploreReport } from '@tintype/contracts/explore';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { ClassMark } from '../../components/ClassMark.tsx';
import { formatCount, formatCounted, formatShare } from '../../components/format.ts';
import { RightIcon } from '../../components/icons.tsx';
import { Panel } from '../registry/EvaluationView.tsx';
import classes from './CheckView.module.css';
import { mistakesPath, outliersPath, unusualPath } from './links.ts';
import { unusualWords } from './MeasureChart.tsx';
import { SampleSheet, SampleTile } from './SampleTile.tsx';

const shownDoubts = 24;
const shownOutliers = 24;

export function CheckView({ report }: { report: ExploreReport }) {
  return (
    <>
      <Doubts report={report} />
      <Outliers report={report} />
      <Unusual report={report} />
      <Unreadable report={report} />
    </>
  );
}

function Doubts({ report: { doubts, dataset } }: { report: ExploreReport }) {
  const items = doubts.items.slice(0, shownDoubts);
  return (
    <Panel title="Labels in doubt">
      <Lead
        more={
          items.length > 0 && (
            <Button
              component={Link}
              href={mistakesPath(dataset)}
              size="compact-sm"
              rightSection={<RightIcon size={14} />}
            >
              Fix them with one key each
            </Button>
          )
        }
      >
        {items.length === 0
          ? 'Two classes need labels before any can be doubted.'
          : `${formatCounted(doubts.likelyWrong, 'label')} of ${formatCount(doubts.labels)} ${doubts.likelyWrong === 1 ? 'is' : 'are'} probably wrong, as heads that have not seen them judge. The least probable first.`}
      </Lead>
      {items.length > 0 && (
        <SampleSheet label="Labels in doubt">
          {items.map(({ sample, suggestion, confidence, isLikelyWrong }) => (
            <li key={sample.id}>
              <SampleTile sample={sample}>
                <span className={classes.suggestion} data-wrong={isLikelyWrong || undefined}>
                  <span>or</span> <ClassMark className={suggestion.className} />
                </span>
                <span className={classes.dim}>
                  {formatShare(suggestion.confidence, 0)} to {formatShare(confidence, 0)}
                </span>
              </SampleTile>
            </li>
          ))}
        </SampleSheet>
      )}
    </Panel>
  );
}

function Outliers({ report: { outliers, dataset, backbone } }: { report: ExploreReport }) {
  const items = outliers.slice(0, shownOutliers);
  return (
    <Panel title="Unlike all others">
      <Lead more={items.length > 0 && <More href={outliersPath(dataset)} />}>
        {items.length === 0
          ? 'Every picture has others like it.'
          : `Farther from their nearest neighbors than is usual here, as features of ${backbone} see it. Often of something else, or of a class that is missing.`}
      </Lead>
      {items.length > 0 && (
        <SampleSheet label="Unlike all others">
          {items.map(({ sample, distance }) => (
            <li key={sample.id}>
              <SampleTile sample={sample}>
                <span className={classes.dim}>{distance.toFixed(1)} × as far</span>
              </SampleTile>
            </li>
          ))}
        </SampleSheet>
      )}
    </Panel>
  );
}

function Unusual({ report: { measures, dataset } }: { report: ExploreReport }) {
  const found = measures.flatMap(({ measure, unusual }) =>
    unusual.filter(({ pictures }) => pictures > 0).map((bound) => ({ measure, bound })),
  );
  return (
    <Panel title="Hard to see">
      {found.length === 0 && (
        <Lead>No picture is nearly black or white, blurred, without contrast or without color.</Lead>
      )}
      {found.map(({ measure, bound }) => (
        <div key={bound.name} className={classes.unusual}>
          <Lead more={<More href={unusualPath(dataset, measure, bound)} />}>
            {formatCounted(bound.pictures, 'picture')} {unusualWords[bound.name]}
          </Lead>
          <SampleSheet label={unusualWords[bound.name]}>
            {bound.examples.map((sample) => (
              <li key={sample.id}>
                <SampleTile sample={sample} />
              </li>
            ))}
          </SampleSheet>
        </div>
      ))}
    </Panel>
  );
}

function Unreadable({ report: { unreadable } }: { report: ExploreReport }) {
  const { total, items } = unreadable;
  return (
    <section id="unreadable">
      <Panel title="Unreadable files">
        <Lead>
          {total === 0
            ? 'Every file could be read.'
            : `${formatCounted(total, 'file')} ${total === 1 ? 'is' : 'are'} no picture that can be read whole. Replace a damaged copy and ingest it again.`}
        </Lead>
        {total > 0 && (
          <div className={classes.scroller}>
            <table className={classes.files}>
              <thead>
                <tr>
                  <th scope="col">File</th>
                  <th scope="col">Why</th>
                </tr>
              </thead>
              <tbody>
                {items.map(({ path, code, detail }) => (
                  <tr key={path}>
                    <td>{path}</td>
                    <td>
                      {detail} <code>{code}</code>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        {total > items.length && <p className={classes.dim}>and {formatCount(total - items.length)} more</p>}
      </Panel>
    </section>
  );
}

function Lead({ children, more }: { children: ReactNode; more?: ReactNode }) {
  return (
    <div className={classes.lead}>
      <p>{children}</p>
      {more}
    </div>
  );
}

const More = ({ href }: { href: string }) => (
  <Link className={classes.more} href={href}>
    All in Pictures <RightIcon size={14} />
  </Link>
);
