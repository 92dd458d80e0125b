/** @file Heaps: pictures that look alike are labeled with one key, then a random part is looked at, and the bound on what is wrong is stated. */
import { Button, Modal } from '@mantine/core';
import type { LabelCluster } from '@tintype/contracts/label-assist';
import { useState } from 'react';
import { Link } from 'wouter';
import { thumbnailUrl } from '../../api/endpoints.ts';
import { bindActions } from '../../components/actions.ts';
import { ClassMark } from '../../components/ClassMark.tsx';
import { ClassPicker } from '../../components/ClassPicker.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatCount, formatCounted, formatShare } from '../../components/format.ts';
import { CheckIcon } from '../../components/icons.tsx';
import { Keys } from '../../components/Keys.tsx';
import { useClasses } from '../../components/use-classes.ts';
import { ActionKeys } from './ActionKeys.tsx';
import { AuditView } from './AuditView.tsx';
import { clusterActions } from './actions.ts';
import { ClassKeys } from './ClassKeys.tsx';
import classes from './Clusters.module.css';
import { LabelNotice } from './LabelNotice.tsx';
import one from './OneByOne.module.css';
import { useClusters } from './use-clusters.ts';
import { useScreenKeys } from './use-screen-keys.ts';

/** Pictures of a heap that are shown before it is labeled, the most typical first. */
const mostShown = 96;

export function Clusters({ dataset }: { dataset: string }) {
  const clusters = useClusters(dataset);
  if (!clusters.query.data) return <LabelNotice error={clusters.query.error} onRetry={clusters.refresh} />;
  if (clusters.audit)
    return <AuditView key={clusters.heap?.id} audit={clusters.audit} onLook={clusters.look} onEnd={clusters.end} />;
  if (!clusters.heap) return <NoHeap onRefresh={clusters.refresh} />;
  return <Heap key={clusters.heap.id} heap={clusters.heap} clusters={clusters} />;
}

function Heap({ heap, clusters }: { heap: LabelCluster; clusters: ReturnType<typeof useClusters> }) {
  const { classes: keyed } = useClasses();
  const [isPicking, setPicking] = useState(false);
  const suggested = heap.suggestion?.className;
  const accept = (): void => {
    if (suggested !== undefined) clusters.label(suggested);
  };
  const actions = bindActions(clusterActions, {
    accept,
    next: () => clusters.step(1),
    previous: () => clusters.step(-1),
    end: () => undefined,
    pick: () => setPicking(true),
  });
  useScreenKeys({ actions, classes: keyed, onClass: clusters.label, isActive: !isPicking });
  const count = heap.sampleIds.length;
  return (
    <div className={one.table}>
      <div className={one.left}>
        <div className={classes.head}>
          <div>
            <h2 className={classes.name}>
              {formatCounted(count, 'picture')} that look alike
              {heap.suggestion && (
                <span className={classes.guess}>
                  mostly <ClassMark className={heap.suggestion.className} /> (
                  {formatShare(heap.suggestion.confidence, 0)})
                </span>
              )}
            </h2>
            <p>
              Heap {formatCount(clusters.position + 1)} of {formatCount(clusters.heaps.length)}. Label it whole by one
              key; then you look at a random part of it.
            </p>
          </div>
          <Button
            disabled={suggested === undefined}
            onMouseDown={(event) => event.preventDefault()}
            onClick={accept}
            rightSection={<Keys name={clusterActions.accept.keys[0]} />}
          >
            Label all {formatCount(count)}
          </Button>
        </div>
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by the keyboard. */}
        <section className={classes.scroller} tabIndex={0} aria-label="Pictures of the heap">
          <ul className={classes.heap}>
            {heap.sampleIds.slice(0, mostShown).map((sampleId) => (
              <li key={sampleId}>
                <img src={thumbnailUrl(sampleId)} alt="" draggable={false} />
              </li>
            ))}
          </ul>
          {count > mostShown && <p className={classes.more}>and {formatCount(count - mostShown)} more</p>}
        </section>
      </div>
      <aside className={one.side} aria-label="Label">
        <h2 className={classes.heading}>The whole heap is</h2>
        <ClassKeys classes={keyed} onClass={clusters.label} suggested={suggested ?? null} />
        <ActionKeys actions={actions.filter(({ name }) => ['previous', 'next', 'pick'].includes(name))} />
      </aside>
      <Modal opened={isPicking} onClose={() => setPicking(false)} title="Label the heap" size={360}>
        <ClassPicker
          onCancel={() => setPicking(false)}
          onPick={(className) => {
            setPicking(false);
            if (className !== null) clusters.label(className);
          }}
        />
      </Modal>
    </div>
  );
}

function NoHeap({ onRefresh }: { onRefresh: () => void }) {
  return (
    <EmptyState icon={<CheckIcon size={26} />} title="No heap is left">
      <p>Pictures that still have no label can be grouped anew, or labeled one by one.</p>
      <div className={one.ways}>
        <Button onClick={onRefresh}>Group anew</Button>
        <Button component={Link} href="/label" variant="default">
          One by one
        </Button>
      </div>
    </EmptyState>
  );
}
