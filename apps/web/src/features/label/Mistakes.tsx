/** @file Labels that are probably wrong, the most doubtful first: mended or kept with one key, with the score before and after. */
import { Button, Modal } from '@mantine/core';
import type { LabelSuspect, SuspectsView } from '@tintype/contracts/label-assist';
import { useState } from 'react';
import { Link } from 'wouter';
import { bindActions } from '../../components/actions.ts';
import { ClassMark } from '../../components/ClassMark.tsx';
import { ClassPicker } from '../../components/ClassPicker.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatCount, formatCounted, formatShare, formatShareWithInterval } from '../../components/format.ts';
import { CheckIcon, LabelIcon } from '../../components/icons.tsx';
import { Keys } from '../../components/Keys.tsx';
import { useClasses } from '../../components/use-classes.ts';
import { ActionKeys } from './ActionKeys.tsx';
import { mistakeActions } from './actions.ts';
import { ClassKeys } from './ClassKeys.tsx';
import { Filmstrip } from './Filmstrip.tsx';
import { LabelNotice } from './LabelNotice.tsx';
import { labelOf } from './label-session.ts';
import classes from './Mistakes.module.css';
import one from './OneByOne.module.css';
import { Stage } from './Stage.tsx';
import { useMistakes } from './use-mistakes.ts';
import { useScreenKeys } from './use-screen-keys.ts';

export function Mistakes({ dataset }: { dataset: string }) {
  const { classes: keyed } = useClasses();
  const mistakes = useMistakes(dataset);
  const [zoomedId, setZoomedId] = useState<string>();
  const [isPicking, setPicking] = useState(false);
  const { shown, position } = mistakes.session;
  const pick = mistakes.shown?.pick;
  const toggleZoom = (): void => setZoomedId((id) => (id === pick?.sampleId ? undefined : pick?.sampleId));
  const actions = bindActions(mistakeActions, {
    accept: mistakes.accept,
    keep: mistakes.keep,
    back: mistakes.back,
    skip: mistakes.skip,
    remove: mistakes.remove,
    zoom: toggleZoom,
    pick: () => setPicking(pick !== undefined),
  });
  useScreenKeys({ actions, classes: keyed, onClass: mistakes.label, isActive: !isPicking });

  if (!mistakes.query.data) return <LabelNotice error={mistakes.query.error} onRetry={mistakes.refresh} />;
  if (!pick || !mistakes.shown) return <NoMistake mistakes={mistakes} />;
  const given = labelOf(mistakes.shown.answer);
  return (
    <div className={one.table}>
      <div className={one.left}>
        <Score {...mistakes} />
        <Stage
          sampleIds={shown.slice(Math.max(0, position - 2), position + 7).map((entry) => entry.pick.sampleId)}
          shownId={pick.sampleId}
          isZoomed={zoomedId === pick.sampleId}
          onZoom={toggleZoom}
        />
        <Filmstrip shown={shown} position={position} />
      </div>
      <aside className={one.side} aria-label="Label">
        <Doubt pick={pick} given={given} onAccept={mistakes.accept} onKeep={mistakes.keep} />
        <ClassKeys
          classes={keyed}
          onClass={mistakes.label}
          suggested={pick.suggestion.className}
          given={given ?? pick.className}
        />
        <ActionKeys actions={actions.filter(({ name }) => name !== 'accept' && name !== 'keep')} />
      </aside>
      <Modal opened={isPicking} onClose={() => setPicking(false)} title="Label this picture" size={360}>
        <ClassPicker
          current={given ?? pick.className}
          onCancel={() => setPicking(false)}
          onPick={(className) => {
            setPicking(false);
            if (className !== null) mistakes.label(className);
          }}
        />
      </Modal>
    </div>
  );
}

interface DoubtProps {
  pick: LabelSuspect;
  /** What it was given in this session. */
  given: string | null;
  onAccept: () => void;
  onKeep: () => void;
}

function Doubt({ pick, given, onAccept, onKeep }: DoubtProps) {
  const { className, confidence, suggestion } = pick;
  const stay = (event: { preventDefault: () => void }): void => event.preventDefault();
  return (
    <div className={classes.doubt}>
      <dl className={classes.facts}>
        <dt>Labeled</dt>
        <dd>
          <ClassMark className={given ?? className} />
          {given === null && <span>{formatShare(confidence, 0)}</span>}
        </dd>
        <dt>Looks like</dt>
        <dd>
          <ClassMark className={suggestion.className} />
          <span>{formatShare(suggestion.confidence, 0)}</span>
        </dd>
      </dl>
      <div className={classes.ways}>
        <Button onMouseDown={stay} onClick={onAccept} rightSection={<Keys name={mistakeActions.accept.keys[0]} />}>
          Mend
        </Button>
        <Button
          variant="default"
          onMouseDown={stay}
          onClick={onKeep}
          rightSection={<Keys name={mistakeActions.keep.keys[0]} />}
        >
          It is right
        </Button>
      </div>
    </div>
  );
}

type ScoreView = NonNullable<SuspectsView['score']>;

interface ScoreProps {
  score: { before: ScoreView | undefined; now: ScoreView | undefined };
  likelyWrong: number;
  counts: { mended: number; kept: number };
}

/** How well labels and pictures agree: before the first was mended, and now. */
function Score({ score: { before, now }, likelyWrong, counts }: ScoreProps) {
  const show = ({ accuracy, interval }: ScoreView): string => formatShareWithInterval(accuracy, interval);
  return (
    <dl className={classes.score}>
      <div>
        <dt>Probably wrong</dt>
        <dd>{formatCount(likelyWrong)}</dd>
      </div>
      <div>
        <dt title="Share of labels that heads which had not seen them say too">Score before</dt>
        <dd>{before ? show(before) : '–'}</dd>
      </div>
      <div>
        <dt title="Share of labels that heads which had not seen them say too">Score now</dt>
        <dd data-better={before && now && now.accuracy > before.accuracy ? true : undefined}>
          {now ? show(now) : '–'}
        </dd>
      </div>
      <div>
        <dt>Mended · kept</dt>
        <dd>
          {formatCount(counts.mended)} · {formatCount(counts.kept)}
        </dd>
      </div>
    </dl>
  );
}

function NoMistake({ mistakes }: { mistakes: ReturnType<typeof useMistakes> }) {
  const { mended, kept } = mistakes.counts;
  const { before, now } = mistakes.score;
  if (mended + kept === 0)
    return (
      <EmptyState icon={<LabelIcon size={26} />} title="Nothing to doubt yet">
        <p>Labels are compared with each other once there are two classes with some pictures each.</p>
        <Button component={Link} href="/label">
          One by one
        </Button>
      </EmptyState>
    );
  return (
    <EmptyState icon={<CheckIcon size={26} />} title="That was the last doubtful label">
      <p>
        {formatCounted(mended, 'label')} mended, {formatCount(kept)} kept.
        {before && now && ` The score went from ${formatShare(before.accuracy)} to ${formatShare(now.accuracy)}.`}
      </p>
      <Button onClick={mistakes.refresh}>Look again</Button>
    </EmptyState>
  );
}
