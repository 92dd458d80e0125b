/** @file The queue of disagreements: one picture, what was said of it, one key to decide. */
import { ActionIcon, Button, Tooltip } from '@mantine/core';
import type { Disagreement } from '@tintype/contracts/people';
import { useEffect, useState } from 'react';
import { pictureUrl, thumbnailUrl } from '../../api/endpoints.ts';
import { type Action, bindActions, findAction } from '../../components/actions.ts';
import { ClassMark } from '../../components/ClassMark.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatCount, formatCounted } from '../../components/format.ts';
import { CheckIcon, LeftIcon, RightIcon } from '../../components/icons.tsx';
import { Keys } from '../../components/Keys.tsx';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { Thumbnail } from '../../components/Thumbnail.tsx';
import { useUndo } from '../../components/undo.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import { reviewActions } from './actions.ts';
import classes from './Review.module.css';
import { choiceOfKey, listChoices, type ReviewChoice } from './review-choices.ts';
import { useClassNames } from './use-people.ts';
import { useReview } from './use-review.ts';

export function Review({ dataset }: { dataset: string | undefined }) {
  const review = useReview(dataset);
  const classNames = useClassNames();
  const { undo } = useUndo();
  const [isGold, setGold] = useState(false);
  const { current, queue, at } = review;
  const choices = current ? listChoices(current.opinions, classNames) : [];
  const decide = (className: string): void => {
    review.decide(className, { isGold });
    setGold(false);
  };
  const actions = bindActions(reviewActions, {
    skip: () => review.moveBy(1),
    back: () => review.moveBy(-1),
    gold: () => setGold(!isGold),
  });
  useKeys(actions, (key) => {
    const choice = choiceOfKey(choices, key);
    if (choice) decide(choice.className);
    return choice !== undefined;
  });

  if (dataset !== undefined && review.isPending) return <Waiting what="what people differ on" height={420} />;
  if (review.error && !review.data) return <ProblemNotice error={review.error} onRetry={() => void review.refetch()} />;
  if (!current) return <NothingOpen decided={review.decidedCount} />;
  return (
    <div className={classes.review}>
      {review.sendError && <ProblemNotice error={review.sendError} />}
      <div className={classes.desk}>
        <Picture key={current.sampleId} picture={current} />
        <div className={classes.side}>
          <div className={classes.progress}>
            <span>{formatCounted(review.left, 'picture')} to decide</span>
            <span className={classes.steps}>
              <Tooltip label="Before (←)">
                <ActionIcon aria-label={reviewActions.back.label} disabled={at === 0} onClick={() => review.moveBy(-1)}>
                  <LeftIcon />
                </ActionIcon>
              </Tooltip>
              <Tooltip label="Next, undecided (→)">
                <ActionIcon
                  aria-label={reviewActions.skip.label}
                  disabled={at >= queue.length - 1}
                  onClick={() => review.moveBy(1)}
                >
                  <RightIcon />
                </ActionIcon>
              </Tooltip>
            </span>
          </div>
          <h2 className={classes.question}>What is it?</h2>
          <Choices choices={choices} onChoose={decide} />
          <p className={classes.path} title={current.path}>
            {current.path.split('/').at(-1)}
          </p>
          <Button
            variant={isGold ? 'light' : 'default'}
            aria-pressed={isGold}
            rightSection={<Keys name="g" />}
            onClick={() => setGold(!isGold)}
          >
            A gold question, too
          </Button>
          <div className={classes.foot}>
            <Button variant="subtle" color="gray" size="compact-sm" disabled={review.decidedCount === 0} onClick={undo}>
              Take the last back
            </Button>
            <span className={classes.dim}>{formatCount(review.decidedCount)} decided</span>
          </div>
        </div>
      </div>
      <Strip queue={queue} at={at} onOpen={review.moveTo} />
    </div>
  );
}

/** Bound while the queue is shown; not while somebody types, or something lies over it. */
function useKeys(actions: readonly Action[], chooseByKey: (key: string) => boolean): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const target = event.target instanceof HTMLElement ? event.target : undefined;
      const isTaken =
        target?.matches('input, textarea, select, [contenteditable]') || document.querySelector('[role=dialog]');
      if (isTaken || event.defaultPrevented) return;
      // A button that has the focus is pressed by the space bar.
      if (event.key === ' ' && target?.matches('button, a')) return;
      const action = findAction(actions, event);
      const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey;
      if (!action && !(isPlain && chooseByKey(event.key))) return;
      event.preventDefault();
      action?.perform();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  });
}

function Picture({ picture: { sampleId, path } }: { picture: Disagreement }) {
  const [isShown, setShown] = useState(true);
  return (
    <div className={classes.picture} style={{ backgroundImage: `url("${thumbnailUrl(sampleId)}")` }}>
      {isShown && <img src={pictureUrl(sampleId)} alt={path} onError={() => setShown(false)} />}
    </div>
  );
}

function Choices({ choices, onChoose }: { choices: readonly ReviewChoice[]; onChoose: (className: string) => void }) {
  const said = choices.filter(({ by }) => by.length > 0);
  const others = choices.slice(said.length);
  return (
    <>
      <ul className={classes.said} aria-label="What was said">
        {said.map(({ className, by }, n) => (
          <li key={className}>
            <button type="button" onClick={() => onChoose(className)}>
              <Keys name={String(n + 1)} />
              <ClassMark className={className} />
              <span className={classes.by}>{by.join(', ')}</span>
            </button>
          </li>
        ))}
      </ul>
      {others.length > 0 && (
        <>
          <h3 className={classes.otherwise}>Something else</h3>
          <ul className={classes.others} aria-label="Other classes">
            {others.map(({ className }, n) => (
              <li key={className}>
                <button type="button" onClick={() => onChoose(className)}>
                  {said.length + n < 9 && <Keys name={String(said.length + n + 1)} />}
                  <ClassMark className={className} />
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

/** How many of the queue are shown as small pictures. */
const stripLength = 40;

function Strip({
  queue,
  at,
  onOpen,
}: {
  queue: readonly Disagreement[];
  at: number;
  onOpen: (position: number) => void;
}) {
  const start = Math.max(0, Math.min(at - 3, queue.length - stripLength));
  return (
    <ol className={classes.strip} aria-label="Pictures to decide">
      {queue.slice(start, start + stripLength).map(({ sampleId, path }, n) => (
        <li key={sampleId}>
          <button
            type="button"
            aria-label={path}
            aria-current={start + n === at ? 'true' : undefined}
            onClick={() => onOpen(start + n)}
          >
            <Thumbnail sampleId={sampleId} />
          </button>
        </li>
      ))}
    </ol>
  );
}

function NothingOpen({ decided }: { decided: number }) {
  return (
    <EmptyState icon={<CheckIcon size={26} />} title={decided > 0 ? 'All decided' : 'Nothing to decide'}>
      <p>
        {decided > 0
          ? `${formatCounted(decided, 'picture')} decided. Each has the label you gave it; Ctrl+Z takes the last back.`
          : 'Pictures come here when two people were asked about the same one and answered differently.'}
      </p>
    </EmptyState>
  );
}
