/** @file One picture, one key, the next picture. */
import { Button, Modal } from '@mantine/core';
import { useCallbackRef } from '@mantine/hooks';
import type { LabelPick, PickReason } from '@tintype/contracts/label-assist';
import { memo, useDeferredValue, useMemo, useState } from 'react';
import { Link } from 'wouter';
import { bindActions } from '../../components/actions.ts';
import { ClassMark } from '../../components/ClassMark.tsx';
import { ClassPicker } from '../../components/ClassPicker.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatCounted, formatShare } from '../../components/format.ts';
import { CheckIcon } from '../../components/icons.tsx';
import { useClasses } from '../../components/use-classes.ts';
import { ActionKeys } from './ActionKeys.tsx';
import { oneActions } from './actions.ts';
import { ClassKeys } from './ClassKeys.tsx';
import { Filmstrip } from './Filmstrip.tsx';
import { LabelNotice } from './LabelNotice.tsx';
import { labelOf } from './label-session.ts';
import classes from './OneByOne.module.css';
import { Stage } from './Stage.tsx';
import { useOneByOne } from './use-one-by-one.ts';
import { useScreenKeys } from './use-screen-keys.ts';
import { useWarmPictures } from './use-warm-pictures.ts';

/** Pictures that are in the page beside the one that is shown. */
const kept = { before: 2, after: 8 } as const;

export const OneByOne = memo(function OneByOne({ dataset }: { dataset: string }) {
  const { classes: keyed } = useClasses();
  const one = useOneByOne(dataset);
  const [zoomedId, setZoomedId] = useState<string>();
  const [isPicking, setPicking] = useState(false);
  // The next picture is painted first; what it does not need follows: pictures to come, the strip of the last ones.
  const { shown, position } = useDeferredValue(one.session);
  const shownId = one.shown?.pick.sampleId;
  const toggleZoom = (): void => setZoomedId((id) => (id === shownId ? undefined : shownId));

  const performs = {
    accept: one.accept,
    back: one.back,
    skip: one.skip,
    remove: one.remove,
    zoom: toggleZoom,
    pick: () => setPicking(shownId !== undefined),
  };
  const actions = bindActions(oneActions, performs);
  useScreenKeys({ actions, classes: keyed, onClass: one.label, isActive: !isPicking });
  useWarmPictures(shown.slice(position + 1).map(({ pick }) => pick.sampleId));

  const progress = one.next.data?.progress;
  const counts = useMemo(
    () => new Map(progress?.classes.map(({ className, labels }) => [className, labels])),
    [progress],
  );

  if (!one.isTaken) return <LabelNotice error={one.next.error} onRetry={one.next.refresh} />;
  if (!one.shown) return <Done skipped={one.skipped} onShowSkipped={one.showSkipped} onBack={one.back} />;
  const near = shown
    .slice(Math.max(0, position - kept.before), position + kept.after + 1)
    .map(({ pick }) => pick.sampleId);
  return (
    <div className={classes.table}>
      <div className={classes.left}>
        <Stage
          sampleIds={shownId === undefined || near.includes(shownId) ? near : [...near, shownId]}
          shownId={shownId}
          isZoomed={zoomedId === shownId}
          onZoom={toggleZoom}
        />
        <Filmstrip shown={shown} position={position} />
      </div>
      <aside className={classes.side} aria-label="Label">
        <Suggestion pick={one.shown.pick} given={labelOf(one.shown.answer)} onAccept={one.accept} />
        {keyed.length === 0 ? (
          <div className={classes.first}>
            <p>There are no classes yet. What is on this picture?</p>
            <ClassPicker onPick={(className) => className !== null && one.label(className)} />
          </div>
        ) : (
          <ClassKeys
            classes={keyed}
            onClass={one.label}
            counts={counts}
            suggested={one.shown.pick.suggestion?.className ?? null}
            given={labelOf(one.shown.answer)}
          />
        )}
        <ActionKeys actions={actions.filter(({ name }) => name !== 'accept')} />
      </aside>
      {isPicking && (
        <Modal opened onClose={() => setPicking(false)} title="Label this picture" size={360}>
          <ClassPicker
            current={labelOf(one.shown.answer)}
            onCancel={() => setPicking(false)}
            onPick={(className) => {
              setPicking(false);
              if (className !== null) one.label(className);
            }}
          />
        </Modal>
      )}
    </div>
  );
});

const reasonWords: Record<PickReason, string> = {
  typical: 'typical of many',
  uncertain: 'uncertain',
  rare: 'looked for because the class has few labels',
  random: 'drawn at random, as control',
};

interface SuggestionProps {
  pick: LabelPick;
  given: string | null;
  onAccept: () => void;
}

/** What the picture probably is, why it is shown, and what it was labeled with where one went back to it. */
function Suggestion({ pick: { suggestion, reason, wanted }, given, onAccept }: SuggestionProps) {
  const why = wanted === null ? reasonWords[reason] : `looked for: ${wanted} has few labels`;
  return (
    <div className={classes.suggestion}>
      <div className={classes.guess}>
        {given !== null ? (
          <>
            <span className={classes.dim}>Labeled</span> <ClassMark className={given} />
          </>
        ) : suggestion ? (
          <>
            <ClassMark className={suggestion.className} />
            <span className={classes.dim}>{formatShare(suggestion.confidence, 0)}</span>
          </>
        ) : (
          <span className={classes.dim}>No suggestion yet: label two classes first</span>
        )}
      </div>
      <AcceptButton isOff={!suggestion} onAccept={useCallbackRef(onAccept)} />
      <p className={classes.why}>Shown: {why}</p>
    </div>
  );
}

const AcceptButton = memo(function AcceptButton({ isOff, onAccept }: { isOff: boolean; onAccept: () => void }) {
  return (
    <Button
      variant="default"
      size="compact-sm"
      disabled={isOff}
      onMouseDown={(event) => event.preventDefault()}
      onClick={onAccept}
      rightSection={<kbd className={classes.enter}>Enter</kbd>}
    >
      Take it
    </Button>
  );
});

interface DoneProps {
  skipped: number;
  onShowSkipped: () => void;
  onBack: () => void;
}

function Done({ skipped, onShowSkipped, onBack }: DoneProps) {
  return (
    <EmptyState
      icon={<CheckIcon size={26} />}
      title={
        skipped > 0 ? `${formatCounted(skipped, 'picture')} skipped, the rest is labeled` : 'Every picture has a label'
      }
    >
      <p>
        {skipped > 0
          ? 'Look at them again, or leave them without a label: they are not trained on.'
          : 'Labels that are probably wrong are worth a look before you train.'}
      </p>
      <div className={classes.ways}>
        {skipped > 0 && <Button onClick={onShowSkipped}>Show them again</Button>}
        <Button component={Link} href="/label/mistakes" variant={skipped > 0 ? 'default' : 'filled'}>
          Look for mistakes
        </Button>
        <Button component={Link} href="/train" variant="default">
          Train
        </Button>
        <Button variant="subtle" color="gray" onClick={onBack}>
          Back to the last picture
        </Button>
      </div>
    </EmptyState>
  );
}
