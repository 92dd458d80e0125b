/** @file Where the weights of a layer are: by name in .h5 files and TensorFlow.js, by position in .keras files. */
import { ModelRefusal } from '../model-file-error.ts';
import type { KerasLayer, KerasModel } from './keras-model.types.ts';
import type { Hdf5, StoredArray } from './open-hdf5.ts';

/** Gives the weights of a layer in the order of `names`, which are Keras' own, such as `kernel`. Throws ModelRefusal. */
export type FindWeights = (layer: KerasLayer, names: readonly string[]) => StoredArray[];

/** `.h5`: one group per layer of the outermost model; what nested models hold is told apart by name. */
export function weightsOfH5(file: Hdf5): FindWeights {
  const root = file.list('/').includes('model_weights') ? '/model_weights' : '/';
  return (layer, names) => {
    const [top = ''] = layer.path;
    const group = `${root === '/' ? '' : root}/${top}`;
    const stored = listNames(file, group);
    const isNested = layer.path.length > 1;
    if (!isNested && stored.length !== names.length)
      throw new ModelRefusal(`its layer "${layer.name}" has ${stored.length} weights, not ${names.length}`);
    const chosen = isNested ? names.map((name) => chooseName(stored, layer, name)) : stored;
    return chosen.map((name) => demand(file.findArray(`${group}/${name}`), layer, name));
  };
}

/** Long lists are cut into `weight_names0`, `weight_names1`, ... */
function listNames(file: Hdf5, group: string): string[] {
  const whole = file.findAttribute(group, 'weight_names');
  if (whole !== undefined) return toTexts(whole);
  const names: string[] = [];
  for (let n = 0; ; n += 1) {
    const part = file.findAttribute(group, `weight_names${n}`);
    if (part === undefined) return names;
    names.push(...toTexts(part));
  }
}

const toTexts = (value: unknown): string[] =>
  Array.isArray(value)
    ? value.map((text) => (typeof text === 'string' ? text : new TextDecoder().decode(text as Uint8Array)))
    : [];

/** The one that ends in LAYER/NAME; where several do, the one with the most names of the models around it. */
function chooseName(stored: readonly string[], layer: KerasLayer, name: string): string {
  const matching = stored
    .map((full) => ({ full, parts: full.replace(/:\d+$/, '').split('/') }))
    .filter(({ parts }) => parts.at(-1) === name && parts.at(-2) === layer.name)
    .map(({ full, parts }) => ({ full, known: layer.path.filter((part) => parts.includes(part)).length }))
    .toSorted((a, b) => b.known - a.known);
  const [best, second] = matching;
  if (!best) throw new ModelRefusal(`the weights "${name}" of its layer "${layer.path.join('/')}" are missing`);
  if (second?.known === best.known)
    throw new ModelRefusal(`two layers "${layer.name}" of nested models have weights that cannot be told apart`);
  return best.full;
}

/** `.keras`: `layers/CLASS_N/vars/POSITION`, nested models by nesting; the layer's name stands beside where Keras is new enough. */
export function weightsOfKeras(file: Hdf5, model: KerasModel): FindWeights {
  const places = new Map<KerasLayer, string>();
  placeLayers(file, model, { group: '', places });
  return (layer, names) => {
    const place = places.get(layer);
    if (place === undefined) throw new ModelRefusal(`the weights of its layer "${layer.path.join('/')}" are missing`);
    return names.map((name, n) => demand(file.findArray(`${place}/vars/${n}`), layer, name));
  };
}

/** Keras 2.12 called the groups otherwise. */
const containers = ['layers', '_layer_checkpoint_dependencies'];

function placeLayers(
  file: Hdf5,
  model: KerasModel,
  { group, places }: { group: string; places: Map<KerasLayer, string> },
): void {
  const container = containers.map((name) => `${group}/${name}`).find((path) => file.list(path).length > 0);
  if (container === undefined) return;
  const named = new Map(
    file.list(container).flatMap((key) => {
      const name = file.findAttribute(`${container}/${key}/vars`, 'name');
      return typeof name === 'string' ? [[name, `${container}/${key}`] as const] : [];
    }),
  );
  const used = new Map<string, number>();
  for (const layer of model.layers) {
    if (layer.isOperation) continue;
    const word = toSnakeCase(layer.className);
    const count = used.get(word) ?? 0;
    used.set(word, count + 1);
    const place = named.get(layer.name) ?? `${container}/${word}${count === 0 ? '' : `_${count}`}`;
    places.set(layer, place);
    if (layer.model) placeLayers(file, layer.model, { group: place, places });
  }
}

/** As keras/src/utils/naming.py: Conv2D is conv2d, ReLU is re_lu. */
const toSnakeCase = (name: string): string =>
  name
    .replaceAll(/\W+/g, '')
    .replaceAll(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();

/** TensorFlow.js: one flat table of names such as `Conv1/kernel`. */
export function weightsOfTable(table: ReadonlyMap<string, StoredArray>): FindWeights {
  const names = [...table.keys()];
  return (layer, wanted) => wanted.map((name) => demand(table.get(chooseName(names, layer, name)), layer, name));
}

function demand(array: StoredArray | undefined, layer: KerasLayer, name: string): StoredArray {
  if (!array) throw new ModelRefusal(`the weights "${name}" of its layer "${layer.path.join('/')}" are missing`);
  return array;
}
