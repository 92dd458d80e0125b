/** @file The field that a screen is about has the focus from the start: there is nothing else on it to read first. */
import { type RefObject, useEffect, useRef } from 'react';

export function useFirstField(): RefObject<HTMLInputElement | null> {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), []);
  return field;
}
