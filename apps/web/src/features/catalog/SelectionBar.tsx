/** @file What can be done with the selected pictures, with the key for each. */
import { Button, Loader, Popover } from '@mantine/core';
import type { ReactNode, Ref } from 'react';
import type { ActionEntry } from '../../components/actions.ts';
import { formatCount } from '../../components/format.ts';
import { CloseIcon, GroupIcon, LabelIcon, RestoreIcon, TagIcon, TrashIcon } from '../../components/icons.tsx';
import { Keys } from '../../components/Keys.tsx';
import { galleryActions } from './actions.ts';
import { type Pickable, PickFor } from './PickFor.tsx';
import classes from './SelectionBar.module.css';
import type { GalleryState } from './use-gallery.ts';

export interface SelectionBarProps {
  gallery: GalleryState;
  picker: Pickable | null;
  onPicker: (picker: Pickable | null) => void;
}

const pickers: Record<Pickable, { icon: ReactNode; label: string }> = {
  label: { icon: <LabelIcon size={16} />, label: 'Class' },
  tag: { icon: <TagIcon size={16} />, label: 'Tag' },
  group: { icon: <GroupIcon size={16} />, label: 'Group' },
};

export function SelectionBar({ gallery, picker, onPicker }: SelectionBarProps) {
  const { selection, total, query, isSelecting } = gallery;
  const count = selection.keys.size;
  const isTrash = query.removed === true;
  return (
    <div className={classes.place}>
      {count > 0 && (
        <div className={classes.bar} role="toolbar" aria-label="Selected pictures" data-selection-bar>
          <output className={classes.count}>{formatCount(count)} selected</output>
          {isSelecting ? (
            <Loader size={16} aria-label="Selecting" className={classes.loader} />
          ) : (
            count < total && (
              <Act
                action={galleryActions.all}
                label={`All ${formatCount(total)}`}
                isFirst
                onClick={gallery.selectAll}
              />
            )
          )}
          <span className={classes.rule} />
          {isTrash ? (
            <Act
              action={galleryActions.restore}
              icon={<RestoreIcon size={16} />}
              label="Restore"
              onClick={() => gallery.moveChosen('restore')}
            />
          ) : (
            <>
              {(Object.keys(pickers) as Pickable[]).map((name) => (
                <Popover
                  key={name}
                  opened={picker === name}
                  onChange={(isOpen) => onPicker(isOpen ? name : null)}
                  position="top"
                  shadow="md"
                  trapFocus
                  returnFocus
                >
                  <Popover.Target>
                    <Act
                      action={galleryActions[name]}
                      {...pickers[name]}
                      onClick={() => onPicker(picker === name ? null : name)}
                    />
                  </Popover.Target>
                  <Popover.Dropdown p={8}>
                    <PickFor what={name} samples={gallery.chosen()} onDone={() => onPicker(null)} />
                  </Popover.Dropdown>
                </Popover>
              ))}
              <Act
                action={galleryActions.remove}
                icon={<TrashIcon size={16} />}
                label="To the trash"
                isQuiet
                onClick={() => gallery.moveChosen('remove')}
              />
            </>
          )}
          <Act
            action={galleryActions.clear}
            icon={<CloseIcon size={16} />}
            label="Deselect"
            isFirst
            isQuiet
            onClick={gallery.clearSelection}
          />
        </div>
      )}
    </div>
  );
}

interface ActProps {
  action: ActionEntry;
  label: string;
  icon?: ReactNode;
  /** On a phone beside the count. */
  isFirst?: boolean;
  /** On a phone the icon alone. */
  isQuiet?: boolean;
  onClick: () => void;
  ref?: Ref<HTMLButtonElement>;
}

function Act({ action, label, icon, isFirst = false, isQuiet = false, onClick, ref, ...rest }: ActProps) {
  return (
    <Button
      {...rest}
      ref={ref}
      size="compact-md"
      variant="subtle"
      color="gray"
      className={classes.act}
      data-place={isFirst ? 'first' : undefined}
      data-quiet={isQuiet || undefined}
      leftSection={icon}
      rightSection={<Keys name={action.keys[0]} />}
      title={action.label}
      onClick={onClick}
    >
      <span className={classes.word}>{label}</span>
    </Button>
  );
}
