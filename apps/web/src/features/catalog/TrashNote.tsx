/** @file What the trash is, and the ways out of it. */
import { Button } from '@mantine/core';
import { LeftIcon } from '../../components/icons.tsx';
import classes from './TrashNote.module.css';
import type { GalleryState } from './use-gallery.ts';

export function TrashNote({ gallery, onLeave }: { gallery: GalleryState; onLeave: () => void }) {
  return (
    <div className={classes.note}>
      <Button size="compact-sm" variant="default" leftSection={<LeftIcon size={16} />} onClick={onLeave}>
        Pictures
      </Button>
      <p>
        What lies here is in no list, no training and no new snapshot. Bytes and labels are kept; restoring brings it
        back as it was.
      </p>
      {gallery.total > 0 && gallery.selection.keys.size === 0 && (
        <Button size="compact-sm" variant="default" onClick={gallery.selectAll}>
          Select all
        </Button>
      )}
    </div>
  );
}
