/** @file Gold questions: pictures whose class is known and which everybody is asked about blind; how they were answered, and more of them. */
import { Button, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import type { GoldQuestion } from '@tintype/contracts/people';
import { useState } from 'react';
import { Link } from 'wouter';
import { listSamples } from '../../api/catalog.ts';
import { ClassMark } from '../../components/ClassMark.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatCount, formatCounted } from '../../components/format.ts';
import { CheckIcon, CloseIcon } from '../../components/icons.tsx';
import panel from '../../components/Panel.module.css';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { Thumbnail } from '../../components/Thumbnail.tsx';
import { useUndo } from '../../components/undo.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import classes from './Gold.module.css';
import parts from './Parts.module.css';
import { useChangeGold, useClassNames, useGold } from './use-people.ts';

/** Pictures that are offered at once. */
const offered = 60;

export function Gold({ dataset }: { dataset: string | undefined }) {
  const { data, error, isPending, refetch } = useGold(dataset);
  const [isAdding, setAdding] = useState(false);
  if (dataset !== undefined && isPending) return <Waiting what="the gold questions" height={320} />;
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  const items = data?.items ?? [];
  if (isAdding) return <Offer dataset={dataset} known={items} onDone={() => setAdding(false)} />;
  if (items.length === 0) return <NoQuestions canAdd={dataset !== undefined} onAdd={() => setAdding(true)} />;
  return (
    <section className={panel.panel} aria-label="Gold questions">
      <div className={panel.head}>
        <div>
          <h2>{formatCounted(items.length, 'gold question')}</h2>
          <p>Asked among others, without their label; the answer never becomes the label. The hard ones first.</p>
        </div>
        <Button variant="default" onClick={() => setAdding(true)}>
          Add questions
        </Button>
      </div>
      <Questions items={items} />
    </section>
  );
}

function NoQuestions({ canAdd, onAdd }: { canAdd: boolean; onAdd: () => void }) {
  return (
    <EmptyState icon={<CheckIcon size={26} />} title="No gold questions yet">
      <p>
        Choose pictures whose class is beyond doubt. Everybody is asked about them now and then, among others and
        without their label; how many of them somebody gets right says how far to trust the rest.
      </p>
      <Button disabled={!canAdd} onClick={onAdd}>
        Choose pictures
      </Button>
    </EmptyState>
  );
}

const wrongShare = ({ asked, right }: GoldQuestion): number => (asked === 0 ? -1 : 1 - right / asked);

function Questions({ items }: { items: readonly GoldQuestion[] }) {
  const { add, remove } = useChangeGold();
  const undo = useUndo();
  const takeAway = ({ sampleId, className, path }: GoldQuestion): void =>
    remove.mutate([sampleId], {
      onSuccess: () =>
        undo.push({ label: `${path} is asked no more`, undo: () => add.mutateAsync([{ sampleId, className }]) }),
    });
  return (
    <>
      {remove.error && <ProblemNotice error={remove.error} />}
      <ul className={classes.grid}>
        {items
          .toSorted((a, b) => wrongShare(b) - wrongShare(a))
          .map((question) => (
            <li key={question.sampleId}>
              <Link href={`/pictures?sample=${question.sampleId}`} title={question.path}>
                <Thumbnail sampleId={question.sampleId} alt={question.path} />
              </Link>
              <div className={classes.words}>
                <ClassMark className={question.className} />
                <button
                  type="button"
                  className={classes.remove}
                  aria-label={`Ask about ${question.path} no more`}
                  onClick={() => takeAway(question)}
                >
                  <CloseIcon size={14} />
                </button>
              </div>
              <p className={classes.answers}>
                {question.asked === 0 ? 'not asked yet' : `${question.right} of ${question.asked} right`}
              </p>
            </li>
          ))}
      </ul>
    </>
  );
}

interface OfferProps {
  dataset: string | undefined;
  known: readonly GoldQuestion[];
  onDone: () => void;
}

/** Labeled pictures to choose from; those that are questions already are left out. */
function Offer({ dataset, known, onDone }: OfferProps) {
  const classNames = useClassNames();
  const [className, setClassName] = useState('');
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const { add } = useChangeGold();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['samples', 'gold', dataset, className],
    queryFn: ({ signal }) =>
      listSamples(
        { ...(dataset ? { dataset } : {}), ...(className ? { class: className } : {}), limit: offered * 3 },
        signal,
      ),
  });
  const isKnown = new Set(known.map(({ sampleId }) => sampleId));
  const samples = (data?.items ?? []).filter((one) => one.className !== null && !isKnown.has(one.id)).slice(0, offered);
  const toggle = (id: string): void =>
    setChosen((before) => new Set(before.has(id) ? [...before].filter((one) => one !== id) : [...before, id]));
  return (
    <section className={panel.panel} aria-label="Choose gold questions">
      <div className={panel.head}>
        <div>
          <h2>Choose pictures whose label is beyond doubt</h2>
          <p>A few of every class, easy and hard ones</p>
        </div>
        <div className={classes.tools}>
          <NativeSelect
            aria-label="Class"
            value={className}
            onChange={(event) => setClassName(event.currentTarget.value)}
            data={[{ value: '', label: 'Any class' }, ...classNames]}
          />
          <Button variant="default" onClick={onDone}>
            Cancel
          </Button>
          <Button
            disabled={chosen.size === 0}
            loading={add.isPending}
            onClick={() =>
              add.mutate(
                [...chosen].map((sampleId) => ({ sampleId })),
                { onSuccess: onDone },
              )
            }
          >
            Ask about {chosen.size > 0 ? formatCount(chosen.size) : 'them'}
          </Button>
        </div>
      </div>
      {add.error && <ProblemNotice error={add.error} />}
      {error && <ProblemNotice error={error} onRetry={() => void refetch()} />}
      {isPending && <Waiting what="pictures" height={280} />}
      {data && samples.length === 0 && <p className={parts.none}>No labeled picture is left to choose.</p>}
      <ul className={classes.grid}>
        {samples.map((sample) => (
          <li key={sample.id}>
            <button
              type="button"
              className={classes.choice}
              aria-pressed={chosen.has(sample.id)}
              aria-label={`${sample.path}, ${sample.className}`}
              onClick={() => toggle(sample.id)}
            >
              <Thumbnail sampleId={sample.id} />
              <span className={classes.words}>
                <ClassMark className={sample.className} />
                {chosen.has(sample.id) && <CheckIcon size={16} />}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
