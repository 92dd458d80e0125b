/** @file Why no picture is shown, and the step that shows some. */
import { Button } from '@mantine/core';
import { Command } from '../../components/Command.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { PicturesIcon, SearchIcon, TrashIcon } from '../../components/icons.tsx';
import { type GalleryFilter, isFiltered } from './gallery-filter.ts';

export interface GalleryEmptyProps {
  filter: GalleryFilter;
  isEmptyWorkspace: boolean;
  onClearFilter: () => void;
}

export function GalleryEmpty({ filter, isEmptyWorkspace, onClearFilter }: GalleryEmptyProps) {
  if (isEmptyWorkspace) {
    return (
      <EmptyState icon={<PicturesIcon size={26} />} title="No pictures yet">
        <p>Bring in a folder with one folder per class. Nothing in it is changed.</p>
        <Command line="npx tintype ingest DIR --labels folder" />
      </EmptyState>
    );
  }
  if (filter.isTrash && !isFiltered(filter)) {
    return (
      <EmptyState icon={<TrashIcon size={26} />} title="The trash is empty">
        <p>Pictures moved to the trash wait here until they are restored. Their bytes are kept.</p>
        <Button variant="default" onClick={onClearFilter}>
          Back to the pictures
        </Button>
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={<SearchIcon size={26} />}
      title={filter.isTrash ? 'No picture in the trash matches' : 'No picture matches'}
    >
      <Button variant="default" onClick={onClearFilter}>
        Show all pictures
      </Button>
    </EmptyState>
  );
}
