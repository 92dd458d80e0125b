/** @file Version. */
export const VersionScreen = ({ model, version }: { model: string; version: string }) => <p>{model + version}</p>;
