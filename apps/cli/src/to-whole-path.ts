/** @file A model file as it is meant wherever its command is repeated. */
import { resolve } from 'node:path';

/** An `.onnx` file by its whole path, also one that is to be fine-tuned; any other name as it is. */
export const toWholePath = (model: string): string =>
  /\.onnx(\+[\w:]+)?$/i.test(model) && !model.startsWith('hub:') ? resolve(model) : model;
