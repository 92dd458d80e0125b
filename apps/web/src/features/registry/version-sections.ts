/** @file The parts of a version's screen: one record each, for its tabs and its addresses. */

export interface VersionSection {
  /** Last part of the address; empty for the first. */
  path: '' | 'confidence' | 'slices' | 'labels' | 'compare' | 'lineage';
  label: string;
}

export const versionSections: readonly VersionSection[] = [
  { path: '', label: 'Quality' },
  { path: 'confidence', label: 'Confidence' },
  { path: 'slices', label: 'Slices' },
  { path: 'labels', label: 'Enough labels?' },
  { path: 'compare', label: 'Compare' },
  { path: 'lineage', label: 'Lineage' },
];

/** Undefined for an address that no section has. */
export const findSection = (path: string | undefined): VersionSection | undefined =>
  versionSections.find((section) => section.path === (path ?? ''));
