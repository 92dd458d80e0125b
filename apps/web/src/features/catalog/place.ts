/** @file Where in a list one was, carried from the grid to a picture's page and back in the entry of the browser's history. */

/** State of an entry; undefined where it says nothing. */
export function parsePlace(state: unknown): number | undefined {
  const at = (state as { at?: unknown } | null)?.at;
  return typeof at === 'number' && Number.isInteger(at) && at >= 0 ? at : undefined;
}

export const renderPlace = (at: number): { at: number } => ({ at });
