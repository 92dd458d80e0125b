/** @file The part of scran.js that we use; the library has no types of its own. */
declare module 'scran.js' {
  interface Held {
    /** Gives its memory in WebAssembly back. */
    free(): void;
  }

  export function initialize(options: { numberOfThreads: number }): Promise<boolean>;

  export interface NeighborIndex extends Held {
    numberOfCells(): number;
  }
  /** `rows`: cell after cell. */
  export function buildNeighborSearchIndex(
    rows: Float32Array,
    options: { numberOfDims: number; numberOfCells: number; approximate: boolean },
  ): NeighborIndex;

  export class FindNearestNeighborsResults implements Held {
    free(): void;
    serialize(): { runs: Int32Array; indices: Int32Array; distances: Float64Array };
    static unserialize(runs: Int32Array, indices: Int32Array, distances: Float64Array): FindNearestNeighborsResults;
  }
  export function findNearestNeighbors(
    index: NeighborIndex,
    k: number,
    options: { numberOfThreads: number },
  ): FindNearestNeighborsResults;

  export interface UmapStatus extends Held {
    /** To its end. */
    run(): void;
    extractCoordinates(): { x: Float32Array; y: Float32Array };
  }
  export function initializeUmap(
    neighbors: FindNearestNeighborsResults,
    options: { neighbors: number; epochs: number; minDist: number; numberOfThreads: number },
  ): UmapStatus;
}
