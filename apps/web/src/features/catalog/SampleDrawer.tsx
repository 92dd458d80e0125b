/** @file One picture beside the grid: large, with the most important that is known of it, leafing as one likes. */
import { ActionIcon, Button, Drawer, Skeleton, Tooltip } from '@mantine/core';
import type { ListedSample } from '@tintype/contracts/catalog';
import type { ReactNode } from 'react';
import { useLocation } from 'wouter';
import { bindActions, findAction } from '../../components/actions.ts';
import { LeftIcon, PageIcon, RestoreIcon, RightIcon, TrashIcon } from '../../components/icons.tsx';
import { Keys } from '../../components/Keys.tsx';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { sampleActions } from './actions.ts';
import { BigPicture } from './BigPicture.tsx';
import { samplePath } from './gallery-filter.ts';
import { LabelHistory } from './LabelHistory.tsx';
import classes from './Sample.module.css';
import { SampleFacts } from './SampleFacts.tsx';
import { SampleTags } from './SampleTags.tsx';
import type { GalleryState } from './use-gallery.ts';
import { useSample } from './use-sample.ts';

export interface SampleDrawerProps {
  id: string | undefined;
  gallery: GalleryState;
  onOpen: (id: string | undefined) => void;
}

export function SampleDrawer({ id, gallery, onOpen }: SampleDrawerProps) {
  const [, navigate] = useLocation();
  const isAtCursor = gallery.sampleAt(gallery.cursor)?.id === id;
  const position = id === undefined ? -1 : isAtCursor ? gallery.cursor : gallery.positionOf(id);
  const listed = gallery.sampleAt(position);
  const neighbor = (step: number): ListedSample | undefined =>
    position < 0 ? undefined : gallery.sampleAt(position + step);
  const leaf = (step: number): void => {
    if (neighbor(step)) gallery.openAt(position + step);
  };
  const close = (): void => onOpen(undefined);
  const openPage = (): void => {
    if (id === undefined) return;
    if (position < 0) navigate(samplePath(id, gallery.query));
    else gallery.openPageAt(position);
  };
  const toTrash = (to: 'remove' | 'restore') => (): void => {
    if (id === undefined || !listed || (listed.removedAt === null) !== (to === 'remove')) return;
    void gallery.curation.move([id], to);
    const next = neighbor(1) ?? neighbor(-1);
    if (next) onOpen(next.id);
    else close();
  };
  const actions = bindActions(sampleActions, {
    previous: () => leaf(-1),
    next: () => leaf(1),
    page: openPage,
    remove: toTrash('remove'),
    restore: toTrash('restore'),
    close,
  });
  return (
    <Drawer
      opened={id !== undefined}
      onClose={close}
      position="right"
      size={460}
      title="Picture"
      classNames={{ body: classes.body, title: classes.title }}
      onKeyDown={(event) => {
        const action = findAction(actions, event);
        const isTyping = event.target instanceof HTMLElement && event.target.matches('input, textarea');
        if (!action || isTyping || action.name === 'close') return;
        event.preventDefault();
        action.perform();
      }}
    >
      {id !== undefined && (
        <SampleDetail key={id} id={id} listed={listed} onPage={openPage} onMove={(to) => toTrash(to)()}>
          <Tooltip label="Previous (←)">
            <ActionIcon aria-label={sampleActions.previous.label} disabled={!neighbor(-1)} onClick={() => leaf(-1)}>
              <LeftIcon />
            </ActionIcon>
          </Tooltip>
          <Tooltip label="Next (→)">
            <ActionIcon aria-label={sampleActions.next.label} disabled={!neighbor(1)} onClick={() => leaf(1)}>
              <RightIcon />
            </ActionIcon>
          </Tooltip>
        </SampleDetail>
      )}
    </Drawer>
  );
}

interface SampleDetailProps {
  id: string;
  /** As the list knows it, shown until the whole is there. */
  listed: ListedSample | undefined;
  onPage: () => void;
  onMove: (to: 'remove' | 'restore') => void;
  children: ReactNode;
}

function SampleDetail({ id, listed, onPage, onMove, children }: SampleDetailProps) {
  const { data, error, refetch } = useSample(id);
  const sample = data ?? listed;
  if (!sample && error) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  return (
    <>
      <BigPicture id={id} sample={sample} />
      <div className={classes.actions}>
        {children}
        <span className={classes.gap} />
        <Button
          variant="subtle"
          color="gray"
          leftSection={<PageIcon size={16} />}
          rightSection={<Keys name={sampleActions.page.keys[0]} />}
          onClick={onPage}
        >
          Its page
        </Button>
        {sample &&
          (sample.removedAt === null ? (
            <Button variant="default" leftSection={<TrashIcon size={16} />} onClick={() => onMove('remove')}>
              To the trash
            </Button>
          ) : (
            <Button variant="default" leftSection={<RestoreIcon size={16} />} onClick={() => onMove('restore')}>
              Restore
            </Button>
          ))}
      </div>
      {sample ? <SampleFacts sample={sample} /> : <Skeleton height={220} />}
      {data && <SampleTags sample={data} />}
      <section className={classes.history}>
        <h3>Label history</h3>
        {data ? (
          <LabelHistory sample={data} />
        ) : error ? (
          <ProblemNotice error={error} onRetry={() => void refetch()} />
        ) : (
          <Skeleton height={48} />
        )}
      </section>
    </>
  );
}
