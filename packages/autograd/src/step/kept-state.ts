/** @file What a training changes, kept on the device from step to step. */
import type { KeptTensor } from '../runtime/session.ts';
import type { StateTensor } from './state.ts';

/** The newest values of what changes, on the device. */
export class KeptState {
  readonly #host: ReadonlyMap<string, StateTensor>;
  readonly #device = new Map<string, KeptTensor>();
  #isHostOld = false;

  constructor(host: ReadonlyMap<string, StateTensor>) {
    this.#host = host;
  }

  get(name: string): KeptTensor | undefined {
    return this.#device.get(name);
  }

  /** Those before are gone. */
  replace(name: string, tensor: KeptTensor): void {
    this.#device.get(name)?.dispose();
    this.#device.set(name, tensor);
    this.#isHostOld = true;
  }

  async download(): Promise<void> {
    if (!this.#isHostOld) return;
    for (const [name, tensor] of this.#device) this.#host.get(name)?.data.set(await tensor.download());
    this.#isHostOld = false;
  }

  /** The next run begins from the host's. */
  forget(): void {
    for (const tensor of this.#device.values()) tensor.dispose();
    this.#device.clear();
  }
}
