/** @file Arriving on a screen: the title says where, and focus goes to its content, as after loading a page. */
import { type RefObject, useEffect, useRef } from 'react';

/** The returned ref belongs on `<main tabIndex={-1}>`. */
export function useArrival(label: string | undefined, path: string): RefObject<HTMLElement | null> {
  const main = useRef<HTMLElement>(null);
  const arrived = useRef(path);
  useEffect(() => {
    document.title = label ? `${label} · Tintype` : 'Tintype';
    if (arrived.current === path) return;
    arrived.current = path;
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [label, path]);
  return main;
}
