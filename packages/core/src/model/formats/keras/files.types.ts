/** @file Files by name, wherever they are kept: a folder, or an archive in memory. */
export interface Files {
  names: readonly string[];
  read(name: string): Promise<Uint8Array>;
}
