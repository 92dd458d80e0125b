/** @file Model files from a hub, kept in a local cache that never holds half a file. */

export interface HubFile {
  /** Absolute path of the verified file in the cache. */
  path: string;
  sha256: string;
  /** The commit that a branch or tag name stood for. */
  revision: string;
  /** As the repository states it, such as `apache-2.0`. */
  license?: string;
}

export interface HubReference {
  /** `ORG/REPO`. */
  repository: string;
  /** Branch, tag or commit; default `main`. */
  revision: string;
  /** File inside the repository; by default the first of onnx/model.onnx, model.onnx that is there. */
  file?: string;
}

export interface BackboneHub {
  /** Throws HUB_UNREACHABLE, HUB_FILE_MISSING or HUB_HASH_MISMATCH. `onProgress` gets bytes done and in all. */
  fetchFile(
    reference: HubReference,
    options?: { onProgress?: (doneBytes: number, totalBytes: number) => void; signal?: AbortSignal },
  ): Promise<HubFile>;
  /** Like fetchFile, for a small side file such as preprocessor_config.json; undefined where the repository has none. */
  findFile(reference: HubReference & { file: string }): Promise<HubFile | undefined>;
}
