/** @file Addresses below /train. */

const segment = encodeURIComponent;

export const trainPaths = {
  runs: '/train',
  start: '/train/new',
  /** The form with the settings of a run. */
  again: (run: string): string => `/train/new?from=${segment(run)}`,
  run: (id: string): string => `/train/runs/${segment(id)}`,
  job: (id: string): string => `/train/jobs/${segment(id)}`,
  compare: (ids: readonly string[]): string => `/train/compare?runs=${ids.map(segment).join(',')}`,
  studies: '/train/studies',
  tune: '/train/tune',
  study: (name: string): string => `/train/studies/${segment(name)}`,
} as const;
