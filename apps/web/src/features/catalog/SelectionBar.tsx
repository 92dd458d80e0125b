/** @file What can be done with the selected pictures, with the key for each. */
import { Button } from '@mantine/core';
import { formatCount } from '../../components/format.ts';
import { RestoreIcon, TrashIcon } from '../../components/icons.tsx';
import { Keys } from '../../components/Keys.tsx';
import { galleryActions } from './actions.ts';
import classes from './SelectionBar.module.css';
import type { GalleryState } from './use-gallery.ts';

export function SelectionBar({ gallery, isTrash }: { gallery: GalleryState; isTrash: boolean }) {
  const count = gallery.selection.ids.size;
  const move = isTrash ? galleryActions.restore : galleryActions.remove;
  return (
    <output className={classes.place}>
      {count > 0 && (
        <div className={classes.bar}>
          <span className={classes.count}>{formatCount(count)} selected</span>
          <Button
            size="compact-md"
            variant="subtle"
            color="gray"
            leftSection={isTrash ? <RestoreIcon size={16} /> : <TrashIcon size={16} />}
            rightSection={<Keys name={move.keys[0]} />}
            onClick={() => gallery.moveSamples(gallery.chosenIds())}
          >
            {isTrash ? 'Restore' : 'To the trash'}
          </Button>
          <Button
            size="compact-md"
            variant="subtle"
            color="gray"
            rightSection={<Keys name={galleryActions.clear.keys[0]} />}
            onClick={gallery.clearSelection}
          >
            Deselect
          </Button>
        </div>
      )}
    </output>
  );
}
