/** @file Why no picture is shown, and the step that shows some. */
import { Button } from '@mantine/core';
import { Command } from '../../components/Command.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { PicturesIcon, SearchIcon, TrashIcon } from '../../components/icons.tsx';
import { isFiltered, type PicturesQuery } from './gallery-filter.ts';

export interface GalleryEmptyProps {
  query: PicturesQuery;
  isEmptyWorkspace: boolean;
  onChange: (query: PicturesQuery) => void;
}

export function GalleryEmpty({ query, isEmptyWorkspace, onChange }: GalleryEmptyProps) {
  if (isEmptyWorkspace) {
    return (
      <EmptyState icon={<PicturesIcon size={26} />} title="No pictures yet">
        <p>Bring in a folder with one folder per class. Nothing in it is changed.</p>
        <Command line="npx tintype ingest DIR --labels folder" />
      </EmptyState>
    );
  }
  if (query.removed && !isFiltered(query)) {
    return (
      <EmptyState icon={<TrashIcon size={26} />} title="The trash is empty">
        <p>Pictures moved to the trash wait here until they are restored. Their bytes are kept.</p>
        <Button variant="default" onClick={() => onChange({})}>
          Back to the pictures
        </Button>
      </EmptyState>
    );
  }
  return (
    <EmptyState
      icon={<SearchIcon size={26} />}
      title={query.removed ? 'No picture in the trash matches' : 'No picture matches'}
    >
      <p>Take off one of the filters, or all of them.</p>
      <Button variant="default" onClick={() => onChange(query.removed ? { removed: true } : {})}>
        Show all {query.removed ? 'of the trash' : 'pictures'}
      </Button>
    </EmptyState>
  );
}
