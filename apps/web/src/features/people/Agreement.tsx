/** @file How far people agree: by everybody, by person, by two, and which classes are taken for each other. */
import { Button } from '@mantine/core';
import type { AgreementView, Kappa, PairAgreement, Person } from '@tintype/contracts/people';
import { type ReactNode, useState } from 'react';
import { Link } from 'wouter';
import { ClassMark } from '../../components/ClassMark.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatCount, formatCounted, formatInterval, formatShare, formatTime } from '../../components/format.ts';
import { PeopleIcon } from '../../components/icons.tsx';
import panel from '../../components/Panel.module.css';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import { IntervalPlot } from '../registry/IntervalPlot.tsx';
import { explainKappa, formatKappa, formatKappaInterval } from './kappa.ts';
import classes from './Parts.module.css';
import { historyPath } from './people-tabs.ts';
import { useAgreement } from './use-people.ts';

const shownPairs = 12;

export function Agreement({ dataset }: { dataset: string | undefined }) {
  const { data, error, isPending, refetch } = useAgreement(dataset);
  if (dataset === undefined || data?.people.length === 0) return <Nobody />;
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (isPending) return <Waiting what="the agreement of people" height={320} />;
  return (
    <>
      <Figures view={data} />
      <div className={classes.columns}>
        <PeoplePanel people={data.people} />
        <div className={classes.stack}>
          <PairsPanel pairs={data.pairs} />
          <ConfusionsPanel confusions={data.confusions} />
        </div>
      </div>
    </>
  );
}

function Nobody() {
  return (
    <EmptyState icon={<PeopleIcon size={26} />} title="Nobody has labeled by hand yet">
      <p>
        Once two people label, one question in twenty asks a second person about a picture that another has labeled,
        without showing that label. What they answer is compared here.
      </p>
      <Link href="/label">Start to label</Link>
    </EmptyState>
  );
}

function Figures({ view: { overall, open } }: { view: AgreementView }) {
  return (
    <dl className={classes.numbers}>
      <Figure name="Agreement (Fleiss’ kappa)" value={formatKappa(overall)}>
        {overall.interval ? `95 % interval ${formatKappaInterval(overall)}` : explainKappa(overall)}
      </Figure>
      <Figure name="Same answer" value={overall.agreed === null ? '–' : formatShare(overall.agreed)}>
        of two who were asked
      </Figure>
      <Figure name="Judged by several" value={formatCount(overall.pictures)}>
        pictures, without seeing the other answer
      </Figure>
      <Figure name="To decide" value={formatCount(open)}>
        {open > 0 ? <Link href="/people/review">Review them</Link> : 'no open disagreement'}
      </Figure>
    </dl>
  );
}

function Figure({ name, value, children }: { name: string; value: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        <strong>{value}</strong>
        <span>{children}</span>
      </dd>
    </div>
  );
}

function PeoplePanel({ people }: { people: readonly Person[] }) {
  const lowest = Math.min(0.9, ...people.flatMap(({ gold }) => (gold ? [gold.interval[0]] : [])));
  const scale = [Math.floor(lowest * 10) / 10, 1] as const;
  return (
    <section className={panel.panel} aria-label="By person">
      <div className={panel.head}>
        <h2>By person</h2>
      </div>
      <div className={panel.scroller}>
        <table className={panel.table}>
          <thead>
            <tr>
              <th scope="col">Who</th>
              <th scope="col" data-number>
                Labels
              </th>
              <th scope="col" data-number className={classes.wide}>
                Asked blind
              </th>
              <th scope="col" data-number>
                Gold, right
              </th>
              <ScaleHead scale={scale} />
              <th scope="col" className={classes.wide}>
                Last label
              </th>
            </tr>
          </thead>
          <tbody>
            {people.map((person) => (
              <tr key={person.annotator}>
                <th scope="row">
                  <Link href={historyPath(person.annotator)}>{person.annotator}</Link>
                </th>
                <td data-number>{formatCount(person.labels)}</td>
                <td data-number className={classes.wide}>
                  {formatCount(person.opinions)}
                </td>
                <td data-number>
                  <GoldShare gold={person.gold} />
                </td>
                <td className={classes.plot} aria-hidden="true">
                  {person.gold && (
                    <IntervalPlot share={person.gold.accuracy} interval={person.gold.interval} scale={scale} />
                  )}
                </td>
                <td className={classes.wide}>{formatTime(person.lastAt)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function ScaleHead({ scale }: { scale: readonly [number, number] }) {
  return (
    <th scope="col" className={classes.plot} aria-hidden="true">
      <span>
        {formatShare(scale[0], 0)}
        <span>{formatShare(scale[1], 0)}</span>
      </span>
    </th>
  );
}

function GoldShare({ gold }: { gold: Person['gold'] }) {
  if (!gold) return <span className={classes.dim}>not asked</span>;
  return (
    <>
      {formatShare(gold.accuracy)}{' '}
      <span className={classes.dim} title={`${gold.right} of ${formatCounted(gold.asked, 'question')}`}>
        ({formatInterval(gold.interval)})
      </span>
    </>
  );
}

function PairsPanel({ pairs }: { pairs: readonly PairAgreement[] }) {
  const [isWhole, setWhole] = useState(false);
  const shown = isWhole ? pairs : pairs.slice(0, shownPairs);
  return (
    <section className={panel.panel} aria-label="By two">
      <div className={panel.head}>
        <div>
          <h2>By two</h2>
          <p>Cohen’s kappa of two who judged the same pictures</p>
        </div>
      </div>
      {pairs.length === 0 ? (
        <p className={classes.none}>No two people have judged the same picture yet.</p>
      ) : (
        <div className={panel.scroller}>
          <table className={panel.table}>
            <thead>
              <tr>
                <th scope="col">Who</th>
                <th scope="col" data-number>
                  Pictures
                </th>
                <th scope="col" data-number>
                  Kappa
                </th>
                <th scope="col" className={classes.plot} aria-hidden="true">
                  <span>
                    0<span>1</span>
                  </span>
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((pair) => (
                <tr key={`${pair.first} ${pair.second}`}>
                  <th scope="row">
                    {pair.first} and {pair.second}
                  </th>
                  <td data-number>{formatCount(pair.pictures)}</td>
                  <td data-number>
                    {formatKappa(pair)} <span className={classes.dim}>{bracketed(pair)}</span>
                  </td>
                  <td className={classes.plot} aria-hidden="true">
                    <KappaPlot kappa={pair} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {shown.length < pairs.length && (
        <div className={classes.foot}>
          <Button variant="subtle" color="gray" onClick={() => setWhole(true)}>
            Show all {formatCount(pairs.length)}
          </Button>
        </div>
      )}
    </section>
  );
}

const bracketed = (kappa: Kappa): string => (kappa.interval ? `(${formatKappaInterval(kappa)})` : '');

/** From 0, which chance gives, to 1; worse than chance stands at 0. */
function KappaPlot({ kappa: { kappa, interval } }: { kappa: Kappa }) {
  if (kappa === null || interval === null) return null;
  const [low, high] = interval.map((value) => Math.max(0, value)) as [number, number];
  return <IntervalPlot share={Math.max(0, kappa)} interval={[low, high]} scale={[0, 1]} />;
}

function ConfusionsPanel({ confusions }: { confusions: AgreementView['confusions'] }) {
  if (confusions.length === 0) return null;
  return (
    <section className={panel.panel} aria-label="Taken for each other">
      <div className={panel.head}>
        <div>
          <h2>Taken for each other</h2>
          <p>A sentence on the difference, for everybody, mends most of these</p>
        </div>
      </div>
      <table className={panel.table}>
        <thead>
          <tr>
            <th scope="col">Classes</th>
            <th scope="col" data-number>
              Pictures
            </th>
          </tr>
        </thead>
        <tbody>
          {confusions.slice(0, shownPairs).map((confusion) => (
            <tr key={confusion.classes.join('\n')}>
              <td data-wrap>
                <ClassMark className={confusion.classes[0]} /> <span className={classes.dim}>and</span>{' '}
                <ClassMark className={confusion.classes[1]} />
              </td>
              <td data-number>{formatCount(confusion.pictures)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
