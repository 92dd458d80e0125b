/** @file Files dragged over the page, wherever they are dropped. */
import { useEffect, useEffectEvent, useState } from 'react';
import { readDroppedFiles } from './dropped-files.ts';

const carriesFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;

/** Returns whether files hover over the page now. */
export function useFileDrop(onFiles: (files: File[]) => void): boolean {
  const [isOver, setOver] = useState(false);
  const drop = useEffectEvent(async (transfer: DataTransfer) => {
    const files = await readDroppedFiles(transfer);
    if (files.length > 0) onFiles(files);
  });
  useEffect(() => {
    const over = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const leave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const end = (event: DragEvent): void => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      setOver(false);
      if (event.dataTransfer) void drop(event.dataTransfer);
    };
    const listeners = { dragenter: over, dragover: over, dragleave: leave, drop: end };
    for (const [name, listener] of Object.entries(listeners)) window.addEventListener(name, listener as EventListener);
    return () => {
      for (const [name, listener] of Object.entries(listeners))
        window.removeEventListener(name, listener as EventListener);
    };
  }, []);
  return isOver;
}
