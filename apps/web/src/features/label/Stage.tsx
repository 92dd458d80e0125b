/** @file The light table for one picture: the one that is shown and its neighbors, decoded ahead, so that the next is painted at once. */
import { type MouseEvent, memo, type ReactNode, useState } from 'react';
import { pictureUrl, thumbnailUrl } from '../../api/endpoints.ts';
import classes from './Stage.module.css';

export interface StageProps {
  /** In order, with some before and after the one that is shown. */
  sampleIds: readonly string[];
  shownId: string | undefined;
  isZoomed: boolean;
  onZoom: () => void;
  /** Over the picture. */
  children?: ReactNode;
}

interface Point {
  x: number;
  y: number;
}

const middle: Point = { x: 50, y: 50 };

export function Stage({ sampleIds, shownId, isZoomed, onZoom, children }: StageProps) {
  // Where a zoomed picture is looked at, in percent of the stage; follows the pointer.
  const [point, setPoint] = useState(middle);
  const follow = (event: MouseEvent<HTMLElement>): void => {
    const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
    setPoint({ x: ((event.clientX - left) / width) * 100, y: ((event.clientY - top) / height) * 100 });
  };
  return (
    <div className={classes.stage} data-zoomed={isZoomed || undefined} {...(isZoomed ? { onMouseMove: follow } : {})}>
      {sampleIds.map((sampleId) => (
        <Slide
          key={sampleId}
          sampleId={sampleId}
          isShown={sampleId === shownId}
          zoomAt={isZoomed && sampleId === shownId ? point : null}
        />
      ))}
      <button
        type="button"
        tabIndex={-1}
        className={classes.glass}
        aria-label={isZoomed ? 'Show the whole picture' : 'Zoom'}
        onMouseDown={(event) => event.preventDefault()}
        onClick={(event) => {
          follow(event);
          onZoom();
        }}
      />
      {children}
    </div>
  );
}

interface SlideProps {
  sampleId: string;
  isShown: boolean;
  zoomAt: Point | null;
}

/** The thumbnail holds the place until the picture is there, and stays where the browser cannot show that one. */
const Slide = memo(function Slide({ sampleId, isShown, zoomAt }: SlideProps) {
  return (
    <div
      className={classes.slide}
      data-shown={isShown || undefined}
      style={{ backgroundImage: `url("${thumbnailUrl(sampleId)}")` }}
    >
      <img
        src={pictureUrl(sampleId)}
        alt={isShown ? 'To be labeled' : ''}
        decoding="sync"
        draggable={false}
        style={zoomAt ? { transform: 'scale(3)', transformOrigin: `${zoomAt.x}% ${zoomAt.y}%` } : undefined}
        onLoad={({ currentTarget }) => {
          // Decoded now, while another picture is looked at.
          void currentTarget.decode().catch(() => undefined);
          currentTarget.parentElement?.style.setProperty('background-image', 'none');
        }}
        onError={({ currentTarget }) => {
          currentTarget.hidden = true;
        }}
      />
    </div>
  );
});
