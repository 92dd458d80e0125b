/** @file A spreadsheet that opens the file runs nothing that a stranger wrote. */
import type { Prediction } from '@tintype/contracts/serve';
import { expect, test } from 'vitest';
import { timedOut } from '../../api/problem.ts';
import { writeAnswersCsv, writeCell } from './answers-csv.ts';
import type { QueueEntry } from './prediction-queue.ts';

test.each([
  ['=cmd|"/c calc"!A1', `"'=cmd|""/c calc""!A1"`],
  ['+1', "'+1"],
  ['-2', "'-2"],
  ['@SUM(A1)', "'@SUM(A1)"],
  ['\tx', "'\tx"],
  ['a,b', '"a,b"'],
  ['say "hi"', '"say ""hi"""'],
  ['two\nlines', '"two\nlines"'],
  ['plain.jpg', 'plain.jpg'],
])('%j is written as %j', (value, cell) => {
  expect(writeCell(value)).toBe(cell);
});

test('numbers stay numbers, and nothing stays empty', () => {
  expect([writeCell(-0.5), writeCell(null)]).toEqual(['-0.5', '']);
});

test('every picture is a row, and every class a column', () => {
  const answered = {
    prediction: 'cat',
    confidence: 0.75,
    probabilities: { dog: 0.25, cat: 0.75 },
    error: null,
    model: 'pets',
    version: 2,
  };
  const refused = {
    prediction: null,
    confidence: 0,
    error: 'Too dark.',
    reason: 'TOO_DARK',
    model: 'pets',
    version: 2,
  };
  const queue: QueueEntry[] = [
    {
      id: 1,
      name: 'a.jpg',
      sizeBytes: 1,
      state: { kind: 'answered', prediction: answered as unknown as Prediction, durationMs: 3, by: 'server' },
    },
    {
      id: 2,
      name: '=b.jpg',
      sizeBytes: 1,
      state: { kind: 'answered', prediction: refused as unknown as Prediction, durationMs: 3, by: 'browser' },
    },
    { id: 3, name: 'c.jpg', sizeBytes: 1, state: { kind: 'failed', problem: timedOut } },
    { id: 4, name: 'd.jpg', sizeBytes: 1, state: { kind: 'waiting' } },
  ];

  expect(writeAnswersCsv(queue).split('\r\n')).toEqual([
    '\ufeffpicture,prediction,confidence,reason,error,model,version,asked,cat,dog',
    'a.jpg,cat,0.75,,,pets,2,server,0.75,0.25',
    "'=b.jpg,,,TOO_DARK,Too dark.,pets,2,browser,,",
    'c.jpg,,,ANSWER_TIMED_OUT,The server did not answer in time.,,,,,',
    'd.jpg,,,,,,,,,',
    '',
  ]);
});
