/** @file Entry of a child process: answers calls with the tasks module that is named in its arguments. */
import { answerCalls } from './answer-calls.ts';

const [, , tasks = '', memoryMb = '', parentId = ''] = process.argv;

void answerCalls({ memoryMb: Number(memoryMb), parentId: Number(parentId) }, () => import(tasks));
