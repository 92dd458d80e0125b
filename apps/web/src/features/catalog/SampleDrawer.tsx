/** @file One picture in detail: large, with what is known of it and who labeled it when. */
import { ActionIcon, Button, Drawer, Skeleton, Tooltip } from '@mantine/core';
import type { ListedSample } from '@tintype/contracts/catalog';
import type { LabelEvent, LabelSource } from '@tintype/contracts/label';
import { type ReactNode, useState } from 'react';
import { pictureUrl, thumbnailUrl } from '../../api/endpoints.ts';
import { bindActions, findAction } from '../../components/actions.ts';
import { ClassMark } from '../../components/ClassMark.tsx';
import { formatCount, formatSize, formatTime } from '../../components/format.ts';
import { LeftIcon, RestoreIcon, RightIcon, TrashIcon } from '../../components/icons.tsx';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { sampleActions } from './actions.ts';
import classes from './SampleDrawer.module.css';
import { describeSample } from './Tile.tsx';
import type { GalleryState } from './use-gallery.ts';
import { useMoveSamples } from './use-move-samples.tsx';
import { useSample } from './use-sample.ts';

export interface SampleDrawerProps {
  id: string | undefined;
  gallery: GalleryState;
  onOpen: (id: string | undefined) => void;
}

export function SampleDrawer({ id, gallery, onOpen }: SampleDrawerProps) {
  const position = id === undefined ? -1 : gallery.samples.findIndex((sample) => sample.id === id);
  const neighbor = (step: number): ListedSample | undefined =>
    position < 0 ? undefined : gallery.samples[position + step];
  const leaf = (step: number): void => {
    if (neighbor(step)) gallery.openAt(position + step);
  };
  const close = (): void => onOpen(undefined);
  const move = useMoveSamples();
  const toTrash = (to: 'remove' | 'restore') => (): void => {
    if (id === undefined) return;
    move({ ids: [id], to });
    const next = neighbor(1) ?? neighbor(-1);
    if (next) onOpen(next.id);
    else close();
  };
  const actions = bindActions(sampleActions, {
    previous: () => leaf(-1),
    next: () => leaf(1),
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
        if (!action || action.name === 'close') return;
        event.preventDefault();
        action.perform();
      }}
    >
      {id !== undefined && (
        <SampleDetail key={id} id={id} listed={gallery.samples[position]} onMove={(to) => toTrash(to)()}>
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
  onMove: (to: 'remove' | 'restore') => void;
  children: ReactNode;
}

function SampleDetail({ id, listed, onMove, children }: SampleDetailProps) {
  const { data, error, refetch } = useSample(id);
  const sample = data ?? listed;
  if (!sample && error) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  return (
    <>
      <Picture id={id} sample={sample} />
      <div className={classes.actions}>
        {children}
        <span className={classes.gap} />
        <Button component="a" variant="subtle" color="gray" href={pictureUrl(id)} target="_blank" rel="noreferrer">
          Original
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
      {sample ? <Facts sample={sample} /> : <Skeleton height={220} />}
      <section className={classes.history}>
        <h3>Label history</h3>
        {data ? (
          <Labels labels={data.labels} />
        ) : error ? (
          <ProblemNotice error={error} onRetry={() => void refetch()} />
        ) : (
          <Skeleton height={48} />
        )}
      </section>
    </>
  );
}

/** The thumbnail holds the place until the picture itself is there, and stays where the browser cannot show that one. */
function Picture({ id, sample }: { id: string; sample: ListedSample | undefined }) {
  const [isShown, setShown] = useState(true);
  return (
    <div
      className={classes.picture}
      style={{
        aspectRatio: sample ? `${sample.widthPx} / ${sample.heightPx}` : '4 / 3',
        backgroundImage: `url("${thumbnailUrl(id)}")`,
      }}
    >
      {isShown && (
        <img src={pictureUrl(id)} alt={sample ? describeSample(sample) : ''} onError={() => setShown(false)} />
      )}
    </div>
  );
}

function Facts({ sample }: { sample: ListedSample }) {
  const facts: [string, ReactNode][] = [
    ['Class', <ClassMark key="class" className={sample.className} />],
    ['Path', sample.path],
    ['Dataset', sample.dataset],
    ['Split', sample.split ?? 'in no snapshot yet'],
    [
      'Size',
      `${formatCount(sample.widthPx)} × ${formatCount(sample.heightPx)} px, ${formatSize(sample.sizeBytes)}, ${sample.format.toUpperCase()}`,
    ],
    ['Ingested', formatTime(sample.createdAt)],
    ...(sample.removedAt === null ? [] : ([['Removed', formatTime(sample.removedAt)]] as [string, ReactNode][])),
    ['Sample', <code key="id">{sample.id}</code>],
    ['SHA-256', <code key="hash">{sample.contentHash}</code>],
  ];
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

const sourceWords: Record<LabelSource, string> = {
  folder: 'from the folder',
  filename: 'from the file name',
  human: 'by hand',
  model: 'by a model',
  import: 'imported',
};

function Labels({ labels }: { labels: readonly LabelEvent[] }) {
  if (labels.length === 0) return <p className={classes.none}>Nobody has labeled this picture.</p>;
  return (
    <ol className={classes.labels}>
      {labels.map((label) => (
        <li key={label.id}>
          <ClassMark className={label.className} />
          <span>
            {label.annotator}, {sourceWords[label.source]}
          </span>
          <time dateTime={new Date(label.at).toISOString()}>{formatTime(label.at)}</time>
        </li>
      ))}
    </ol>
  );
}
