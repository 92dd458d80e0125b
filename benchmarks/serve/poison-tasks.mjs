/** @file For benchmarks of serving: the tasks of picture children, but that some pictures hang or kill whoever works on them. */
import { tasks as real } from '@tintype/core/model/picture-tasks';

const marks = { hang: Buffer.from('tintype: hang'), crash: Buffer.from('tintype: crash') };

/** A picture with a mark behind its end, which no decoder minds. */
export const poisonOf = (kind, bytes) => Buffer.concat([bytes, marks[kind]]);

function suffer(bytes) {
  const end = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).subarray(-20);
  if (end.includes(marks.crash)) process.kill(process.pid, 'SIGSEGV');
  while (end.includes(marks.hang));
}

export const tasks = {
  ...real,
  classify: (request) => {
    suffer(request.bytes);
    return real.classify(request);
  },
  classifyBatch: (request) => {
    for (const bytes of request.pictures) suffer(bytes);
    return real.classifyBatch(request);
  },
};
