/** @file Where ONNX Runtime computes: the processor, or a device that this installation of it was built for. */
import { loadOnnxRuntime } from './load-onnx-runtime.ts';

export type Provider = 'cpu' | 'cuda' | 'webgpu' | 'coreml' | 'dml';

export const providers: readonly Provider[] = ['cpu', 'cuda', 'webgpu', 'coreml', 'dml'];

/** A provider that this installation of ONNX Runtime does not have, or that finds no device here. */
export class ProviderError extends Error {
  override readonly name = 'ProviderError';
  readonly provider: Provider;
  /** Those that this installation was built with; a device may be missing all the same. */
  readonly available: readonly Provider[];

  constructor(provider: Provider, available: readonly Provider[], options?: { cause?: unknown }) {
    const reason = available.includes(provider)
      ? 'finds no device that it can use here'
      : 'is not part of this installation';
    super(`the provider "${provider}" ${reason}; there are: ${available.join(', ')}`, options);
    this.provider = provider;
    this.available = available;
  }
}

/** Those that this installation of ONNX Runtime was built with, `cpu` first. */
export async function listProviders(): Promise<Provider[]> {
  const { listSupportedBackends } = await loadOnnxRuntime();
  const names = new Set(listSupportedBackends().map(({ name }) => name));
  return providers.filter((provider) => provider === 'cpu' || names.has(provider));
}
