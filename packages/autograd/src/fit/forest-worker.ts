/** @file A worker thread that grows the trees whose numbers it is sent. */
import { parentPort, workerData } from 'node:worker_threads';
import { type ForestRecipe, growNumbered } from './forest-recipe.ts';

const recipe = workerData as ForestRecipe;

parentPort?.on('message', (number: number) =>
  parentPort?.postMessage({ number, tree: growNumbered(recipe, number) }, []),
);
