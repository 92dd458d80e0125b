/** @file Pictures, or the address of one, pasted anywhere on the screen. */
import { useEffect, useEffectEvent } from 'react';
import { parseAddress } from './address.ts';

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && target.matches('input, textarea, [contenteditable]');

export function usePaste({
  onFiles,
  onAddress,
}: {
  onFiles: (files: File[]) => void;
  onAddress: (url: string) => void;
}): void {
  const paste = useEffectEvent((event: ClipboardEvent) => {
    const files = [...(event.clipboardData?.files ?? [])];
    const address =
      files.length > 0 || isTyping(event.target) ? undefined : parseAddress(event.clipboardData?.getData('text') ?? '');
    if (files.length === 0 && address === undefined) return;
    event.preventDefault();
    if (address === undefined) onFiles(files);
    else onAddress(address);
  });
  useEffect(() => {
    const listener = (event: ClipboardEvent): void => paste(event);
    document.addEventListener('paste', listener);
    return () => document.removeEventListener('paste', listener);
  }, []);
}
