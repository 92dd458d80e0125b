/** @file Where pictures are chosen, dropped or pasted; small once there are answers to look at. */
import { UnstyledButton } from '@mantine/core';
import { useRef } from 'react';
import { TryIcon } from '../../components/icons.tsx';
import { Keys } from '../../components/Keys.tsx';
import { tryActions } from './actions.ts';
import classes from './DropTarget.module.css';
import { useFileDrop } from './use-file-drop.ts';

export interface DropTargetProps {
  onFiles: (files: File[]) => void;
  isSmall: boolean;
}

export function DropTarget({ onFiles, isSmall }: DropTargetProps) {
  const input = useRef<HTMLInputElement>(null);
  const isOver = useFileDrop(onFiles);
  return (
    <div>
      <UnstyledButton
        className={classes.target}
        data-small={isSmall || undefined}
        data-over={isOver || undefined}
        onClick={() => input.current?.click()}
      >
        <span className={classes.icon}>
          <TryIcon size={isSmall ? 20 : 28} />
        </span>
        <span className={classes.words}>
          <span className={classes.title}>
            {isOver ? (
              'Let go to classify'
            ) : (
              <>
                <span className={classes.byMouse}>Drop pictures here</span>
                <span className={classes.byTouch}>Choose pictures</span>
              </>
            )}
          </span>
          <span className={classes.ways}>
            <span className={classes.byMouse}>
              or choose files · paste with <Keys name={tryActions.paste.keys[0]} />
            </span>
            <span className={classes.byTouch}>from this device, or take one</span>
          </span>
          {!isSmall && <span className={classes.formats}>JPEG, PNG, WebP, GIF, TIFF or AVIF</span>}
        </span>
      </UnstyledButton>
      <input
        ref={input}
        type="file"
        accept="image/*"
        multiple
        hidden
        aria-label="Pictures to classify"
        onChange={(event) => {
          onFiles([...(event.currentTarget.files ?? [])]);
          // So that choosing the same file again is a change again.
          event.currentTarget.value = '';
        }}
      />
    </div>
  );
}
