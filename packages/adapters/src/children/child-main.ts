/** @file Entry of a child process: answers calls with the tasks module that is named in its arguments, or with the bundle that is. */
import { runBundled } from '../bundled.ts';
import { answerCalls } from './answer-calls.ts';

const [, , tasks = '', memoryMb = '', parentId = ''] = process.argv;

// A bundle answers by itself (scripts/bundle.mjs): the tasks are in it.
if (tasks.endsWith('.cjs')) runBundled(tasks);
else void answerCalls({ memoryMb: Number(memoryMb), parentId: Number(parentId) }, () => import(tasks));
