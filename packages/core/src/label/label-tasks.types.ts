/** @file What a labeling child can do. It holds the space of a dataset; labels come along with every question, so that no state can be stale. */

import type { Grid } from './build-grids.ts';
import type { Pick } from './choose-next.ts';
import type { PictureCluster } from './cluster-pictures.ts';
import type { Alike } from './find-alike.ts';
import type { Suspect } from './find-suspects.ts';
import type { Forecast } from './forecast-labels.ts';

/** What is known when a question is asked. */
export interface Labels {
  /** [L] rows with a label. */
  labeled: Int32Array;
  /** [L] */
  classIndices: Int32Array;
  classCount: number;
  /** Rows not to be shown: in the trash, unreadable. */
  hidden: Int32Array;
}

interface Question {
  key: string;
  labels: Labels;
  seed: number;
}

/** The likeliest class of a row and its probability. */
export interface RowSuggestion {
  classIndex: number;
  confidence: number;
}

export type LabelTasks = {
  openDesk: {
    /** `rows`: [names.length, dimensions] features. */
    input: { key: string; rows: Float32Array; dimensions: number; names: readonly string[]; seed: number };
    output: null;
  };
  closeDesk: { input: { key: string }; output: null };
  next: { input: Question & { count: number }; output: (Pick & { suggestion: RowSuggestion | null })[] };
  /** `classIndex`: of this class alone. No grids while there is no head. */
  grids: { input: Question & { size: number; classIndex?: number }; output: Grid[] };
  clusters: { input: Question; output: PictureCluster[] };
  alike: { input: { key: string; row: number; hidden: Int32Array; count: number }; output: Alike[] };
  /** One of each row; null while there is no head. */
  suggest: { input: Question & { rows: readonly number[] }; output: (RowSuggestion | null)[] };
  /** `groups`: [L] of every label. `right`: labels that heads which had not seen them say too. */
  suspects: {
    input: Question & { groups: readonly string[]; count: number };
    output: { suspects: Suspect[]; likelyWrong: number; right: number };
  };
  forecast: { input: Question & { groups: readonly string[]; nextLabels: number }; output: Forecast | null };
};
