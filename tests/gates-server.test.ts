/** @file Gates through a running server with real children: every family of detectors on pictures whose answer is worked by hand. */
import { readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseGates } from '@tintype/contracts/gate';
import { type ProbeDetector, renderProbe, yoloxRows } from '@tintype/core/model/detectors/testing';
import { startServer } from '@tintype/server/start-server';
import { describe, expect, test } from 'vitest';
import { aPicture, aServedWorkspace, type ServedWorkspace } from './server-workspace.ts';

/** red 200, green 100, blue 50 */
const color = [200, 100, 50];
const [red, green, blue] = [200 / 255, 100 / 255, 50 / 255];
const square = aPicture({ widthPx: 64, heightPx: 64, color });

async function configure({ folder }: ServedWorkspace, settings: object): Promise<void> {
  const text = readFileSync(join(folder, 'tintype.yaml'), 'utf8');
  const lines = Object.entries(settings).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  await writeFile(join(folder, 'tintype.yaml'), `${text}\n${lines.join('\n')}\n`);
}

const serve = ({ folder }: ServedWorkspace) => startServer({ workspaceFolder: folder, port: 0, children: 1 });

async function predict(address: string, bytes: Uint8Array<ArrayBuffer>) {
  const response = await fetch(`${address}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'image/png' },
    body: bytes,
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

interface Case {
  probe: ProbeDetector;
  setting?: { threshold?: number; classNames?: string[] };
  counts: 'person' | 'face';
  picture?: Uint8Array<ArrayBuffer>;
  /** How many of them there are. */
  found: number;
}

const imagenet = (value: number, channel: number): number =>
  (value - ([0.485, 0.456, 0.406][channel] as number)) / ([0.229, 0.224, 0.225][channel] as number);
const ultraface = (value: number): number => (value * 255 - 127) / 128;

/** 91 categories and "no object": logit `score` for one of them, 0 for the others, so softmax is e^score / (e^score + 91). */
const detrRow = (category: number, score: number): number[] =>
  Array.from({ length: 92 }, (_, at) => (at === category ? score : 0));
const cocoRow = (index: number, logit: number): number[] =>
  Array.from({ length: 80 }, (_, at) => (at === index ? logit : -9));

const detr = {
  kind: 'detr',
  // A shorter side of 50 px grows to 800, the longer of 80 px to 1280.
  widthPx: 1280,
  heightPx: 800,
  means: [imagenet(red, 0), imagenet(green, 1), imagenet(blue, 2)],
  hasMask: true,
} as const;

const cases: Record<string, Case> = {
  'DETR counts persons above 0.9, not what is no object, not cats': {
    // e^8 / (e^8 + 91) = 0.970; e^6 / (e^6 + 91) = 0.816.
    probe: {
      ...detr,
      answer: {
        logits: [detrRow(1, 8), detrRow(1, 8), detrRow(1, 6), detrRow(17, 8), detrRow(91, 8)],
        pred_boxes: [0.2, 0.5, 0.8, 0.5, 0.5].map((x) => [x, 0.5, 0.1, 0.5]),
      },
    },
    picture: aPicture({ widthPx: 80, heightPx: 50, color }),
    counts: 'person',
    found: 2,
  },
  'DETR takes its threshold from the settings': {
    probe: {
      ...detr,
      answer: { logits: [detrRow(1, 8), detrRow(1, 6)], pred_boxes: [0.2, 0.8].map((x) => [x, 0.5, 0.1, 0.5]) },
    },
    setting: { threshold: 0.8 },
    picture: aPicture({ widthPx: 80, heightPx: 50, color }),
    counts: 'person',
    found: 2,
  },
  'DETR gives a long picture at most 1333 pixels': {
    // 100 x 500 would become 800 x 4000.
    probe: {
      ...detr,
      widthPx: 267,
      heightPx: 1333,
      answer: { logits: [detrRow(1, 8)], pred_boxes: [[0.5, 0.5, 0.5, 0.5]] },
    },
    picture: aPicture({ widthPx: 100, heightPx: 500, color }),
    counts: 'person',
    found: 1,
  },
  'D-FINE keeps two persons in one place, and takes class names from the settings': {
    // Sigmoid of 1 is 0.731, of -1 is 0.269.
    probe: {
      kind: 'd-fine',
      widthPx: 640,
      heightPx: 640,
      means: [red, green, blue],
      answer: {
        logits: [
          [-9, 1],
          [-9, 1],
          [-9, -1],
          [1, -9],
        ],
        pred_boxes: Array.from({ length: 4 }, () => [0.5, 0.5, 0.5, 0.5]),
      },
    },
    setting: { classNames: ['dog', 'person'] },
    counts: 'person',
    found: 2,
  },
  'RT-DETR answers as D-FINE does, with COCO classes': {
    probe: {
      kind: 'd-fine',
      widthPx: 640,
      heightPx: 640,
      means: [red, green, blue],
      answer: {
        logits: [cocoRow(0, 2), cocoRow(1, 2), cocoRow(0, 2), cocoRow(0, 2)],
        pred_boxes: [0.1, 0.3, 0.5, 0.9].map((x) => [x, 0.5, 0.1, 0.5]),
      },
    },
    counts: 'person',
    found: 3,
  },
  'YOLOX takes blue first, and two boxes over one another are one': {
    // Input 416: 52 x 52 cells of 8 px. Row 0 and row 1: centers 4 and 4.4 px, both 16 px wide: overlap (16 - 0.4) / (16 + 0.4) = 0.95.
    // Row 30: far away. Row 2704: the first cell of 16 px, too weak: 0.9 x 0.4 = 0.36.
    probe: {
      kind: 'yolox',
      widthPx: 416,
      heightPx: 416,
      means: [50, 100, 200],
      answer: {
        output: yoloxRows(416, 80, {
          0: [0.5, 0.5, Math.log(2), Math.log(2), 0.9, 0.9, ...new Array<number>(79).fill(0)],
          1: [-0.45, 0.5, Math.log(2), Math.log(2), 0.9, 0.8, ...new Array<number>(79).fill(0)],
          30: [0.5, 0.5, Math.log(2), Math.log(2), 0.9, 0.7, ...new Array<number>(79).fill(0)],
          2704: [0.5, 0.5, 0, 0, 0.9, 0.4, ...new Array<number>(79).fill(0)],
        }),
      },
    },
    counts: 'person',
    found: 2,
  },
  'the face detector counts what is more than 0.7, and one face once': {
    probe: {
      kind: 'ultraface',
      widthPx: 320,
      heightPx: 240,
      means: [ultraface(red), ultraface(green), ultraface(blue)],
      answer: {
        scores: [
          [0.1, 0.9],
          [0.2, 0.8],
          [0.4, 0.6],
          [0.1, 0.9],
        ],
        // The first two overlap by 0.36 / 0.44 = 0.82.
        boxes: [
          [0, 0, 0.4, 1],
          [0.04, 0, 0.44, 1],
          [0.5, 0, 0.6, 1],
          [0.8, 0, 0.9, 1],
        ],
      },
    },
    counts: 'face',
    found: 2,
  },
};

describe('detectors', () => {
  test.each(Object.entries(cases))('%s', { timeout: 30_000 }, async (_, { probe, setting, counts, picture, found }) => {
    await using served = await aServedWorkspace();
    await writeFile(join(served.folder, 'probe.onnx'), renderProbe(probe));
    await configure(served, {
      detectors: { [counts]: { kind: probe.kind, file: 'probe.onnx', ...setting } },
      serve: { gates: [`${counts}-count=0`] },
    });
    await served.publish([0, 2]);
    await using server = await serve(served);

    const { status, body } = await predict(server.address, picture ?? square);

    const sentence = counts === 'person' ? 'people' : 'faces';
    expect(status).toBe(200);
    expect(body.error).toBe(
      found === 1
        ? `1 ${counts} detected. Please use images without ${sentence}.`
        : `${found} ${sentence} detected. Please use images without ${sentence}.`,
    );
    expect(body.person_count).toBe(counts === 'person' ? found : undefined);
    expect(body).toMatchObject({ prediction: null, confidence: 0 });
  });

  test('a picture that a detector was not meant for has nobody on it', { timeout: 30_000 }, async () => {
    const { probe } = cases['RT-DETR answers as D-FINE does, with COCO classes'] as Case;
    await using served = await aServedWorkspace();
    await writeFile(join(served.folder, 'probe.onnx'), renderProbe(probe));
    await configure(served, { detectors: { person: { kind: 'd-fine', file: 'probe.onnx' } } });
    await served.publish([0, 2], parseGates(['person-count=1']));
    await using server = await serve(served);

    const { body } = await predict(server.address, aPicture({ color: [0, 0, 0] }));

    expect(body).toMatchObject({ reason: 'NO_PERSON', person_count: 0, prediction: null });
  });
});

/** Process ids of this process's children. */
function listChildren(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const fields = readFileSync(`/proc/${name}/stat`, 'utf8').replace(/^.*\)/, '').split(' ');
        return Number(fields[2]) === process.pid && fields[1] !== 'Z';
      } catch {
        return false;
      }
    })
    .map(Number);
}

test.skipIf(process.platform !== 'linux')(
  'children that were killed come back with their detectors',
  { timeout: 30_000 },
  async () => {
    const { probe } = cases['RT-DETR answers as D-FINE does, with COCO classes'] as Case;
    await using served = await aServedWorkspace();
    await writeFile(join(served.folder, 'probe.onnx'), renderProbe(probe));
    await configure(served, { detectors: { person: { kind: 'd-fine', file: 'probe.onnx' } } });
    await served.publish([0, 2], parseGates(['person-count=1']));
    await using server = await serve(served);
    await predict(server.address, aPicture({ color: [0, 0, 0] }));

    for (const child of listChildren()) process.kill(child, 'SIGKILL');
    const { status, body } = await predict(server.address, square);

    expect(status).toBe(200);
    expect(body).toMatchObject({ reason: 'TOO_MANY_PERSONS', person_count: 3 });
  },
);

describe('gates of a bundle and of the server', () => {
  test('the cheapest refuses first, and what passes is answered with the count', { timeout: 30_000 }, async () => {
    const { probe } = cases['DETR gives a long picture at most 1333 pixels'] as Case;
    await using served = await aServedWorkspace();
    await writeFile(join(served.folder, 'probe.onnx'), renderProbe(probe));
    await configure(served, {
      detectors: { person: { kind: 'detr', file: 'probe.onnx' } },
      serve: { gates: ['min-size=60', 'confidence=0.5'] },
    });
    await served.publish([0, 2], parseGates(['person-count=1']));
    await using server = await serve(served);

    const passed = await predict(server.address, aPicture({ widthPx: 100, heightPx: 500, color }));
    const small = await predict(server.address, aPicture({ widthPx: 50, heightPx: 250, color }));
    const health = (await (await fetch(`${server.address}/health`)).json()) as object;

    expect(passed.body).toMatchObject({ prediction: 'light', person_count: 1, error: null });
    expect(small.body).toMatchObject({ reason: 'TOO_SMALL', prediction: null });
    expect(small.body).not.toHaveProperty('person_count');
    expect(health).toMatchObject({ status: 'healthy', detector_loaded: true });
  });

  test('an answer that is not sure enough is a refusal without probabilities', { timeout: 30_000 }, async () => {
    await using served = await aServedWorkspace();
    await configure(served, { serve: { gates: ['confidence=0.6'] } });
    await served.publish([0, 0.1]);
    await using server = await serve(served);

    const { status, body } = await predict(server.address, square);

    expect(status).toBe(200);
    expect(body).toMatchObject({ prediction: null, confidence: 0, reason: 'LOW_CONFIDENCE' });
    expect(body.error).toBe('The prediction is too uncertain (52 %). Please use a clearer image.');
    expect(body).not.toHaveProperty('probabilities');
  });

  test('a server whose own gates nothing can judge does not start, and says what to set', async () => {
    await using served = await aServedWorkspace();
    await configure(served, { serve: { gates: ['person-count=1'] } });

    await expect(serve(served)).rejects.toMatchObject({
      code: 'DETECTOR_MISSING',
      hint: expect.stringContaining('tintype.yaml') as string,
    });
  });

  test("nor does one for whose champion's gates there is no detector", async () => {
    await using served = await aServedWorkspace();
    await served.publish([0, 2], parseGates(['face-count=1']));

    await expect(serve(served)).rejects.toMatchObject({ code: 'DETECTOR_MISSING', details: { counted: 'face' } });
  });

  test('a detector that is no model is refused when the server starts', async () => {
    await using served = await aServedWorkspace();
    await writeFile(join(served.folder, 'probe.onnx'), 'not a model');
    await configure(served, {
      detectors: { person: { kind: 'yolox', file: 'probe.onnx' } },
      serve: { gates: ['person-count=1'] },
    });

    await expect(serve(served)).rejects.toMatchObject({ code: 'DETECTOR_INVALID' });
  });

  test('a gate that is none is refused by the place where it stands', async () => {
    await using served = await aServedWorkspace();
    await configure(served, { serve: { gates: ['sharpness=3'] } });

    await expect(serve(served)).rejects.toThrow(/is not a gate/);
  });
});
