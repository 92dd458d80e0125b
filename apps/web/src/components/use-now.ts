/** @file The time, as it passes while something is looked at. */
import { useEffect, useState } from 'react';

/** In ms since 1970, told anew every second or as often as is said. */
export function useNow(everyMs = 1000): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
