/** @file No label is lost, doubled or reordered, whatever the network, the server and the page do. */
import { expect, test } from 'vitest';
import { ProblemError, parseProblem, unreachable } from '../../api/problem.ts';
import { LabelSender, type LabelSenderNeeds } from './label-sender.ts';
import type { LabelStore, QueuedLabel } from './label-store.ts';

/** What a browser keeps, shared by the pages that come one after the other. */
function memoryStore(): LabelStore & { kept: Map<string, QueuedLabel> } {
  const kept = new Map<string, QueuedLabel>();
  return {
    kept,
    load: async () => [...kept.values()].sort((a, b) => a.order - b.order),
    put: async (labels) => {
      for (const label of labels) kept.set(label.id, label);
    },
    remove: async (ids) => {
      for (const id of ids) kept.delete(id);
    },
  };
}

/** Stores labels once each by id; does what it is told before. */
function aServer() {
  const stored = new Map<string, QueuedLabel>();
  const server = {
    stored,
    /** Throws what a request meets on its way there. */
    before: (_labels: readonly QueuedLabel[]): void => undefined,
    /** Throws what meets its answer on the way back. */
    after: (): void => undefined,
    requests: 0,
    send: async (labels: readonly QueuedLabel[]) => {
      server.requests += 1;
      server.before(labels);
      for (const label of labels) if (!stored.has(label.id)) stored.set(label.id, label);
      server.after();
    },
  };
  return server;
}

const cut = (): never => {
  throw new ProblemError(unreachable);
};

const aLabel = (n: number, options: Partial<QueuedLabel> = {}): QueuedLabel => ({
  id: `label_${n}`,
  sampleId: `s_${n}`,
  className: 'cat',
  by: 'ada',
  order: n,
  ...options,
});

function aSender(options: Partial<LabelSenderNeeds> & Pick<LabelSenderNeeds, 'send'>): LabelSender {
  return new LabelSender({ store: memoryStore(), findIdentity: async () => 'ada', pausesMs: [1], ...options });
}

async function settled(sender: LabelSender): Promise<void> {
  await expect.poll(() => sender.getState().state).toBe('saved');
}

test('labels arrive in order, many in one request while another is under way', async () => {
  const server = aServer();
  const sender = aSender({ send: server.send });

  for (let n = 0; n < 50; n += 1) sender.add([aLabel(n)]);
  await settled(sender);

  expect([...server.stored.keys()]).toEqual(Array.from({ length: 50 }, (_, n) => `label_${n}`));
  expect(server.requests).toBeLessThan(5);
});

test('nothing is called saved before the server has stored it', async () => {
  const server = aServer();
  const sender = aSender({ send: server.send });
  const seen = new Set<string>();
  sender.subscribe(() => seen.add(`${sender.getState().state} ${server.stored.size}`));

  sender.add([aLabel(1)]);
  const atOnce = sender.getState();
  await settled(sender);

  expect(atOnce).toMatchObject({ state: 'sending', unsent: 1 });
  expect([...seen]).toEqual(['sending 0', 'saved 1']);
});

test('a cut network and a lost answer neither lose nor double a label', async () => {
  const server = aServer();
  let turn = 0;
  server.before = () => {
    turn += 1;
    if (turn % 3 === 0) cut();
  };
  server.after = () => {
    if (turn % 3 === 1) cut();
  };
  const sender = aSender({ send: server.send });

  for (let n = 0; n < 20; n += 1) {
    sender.add([aLabel(n)]);
    await new Promise((resolve) => setTimeout(resolve, n % 4));
  }
  await settled(sender);

  expect(server.stored.size).toBe(20);
});

test('what waits when the page is closed is sent by the next page, in its order', async () => {
  const store = memoryStore();
  const server = aServer();
  server.before = cut;
  const first = aSender({ store, send: server.send, pausesMs: [1e6] });
  first.add([aLabel(1), aLabel(2)]);
  first.add([aLabel(3)]);
  await expect.poll(() => first.getState().state).toBe('waiting');

  server.before = () => undefined;
  const next = aSender({ store, send: server.send });
  await next.takeUp();
  await settled(next);

  expect([...server.stored.keys()]).toEqual(['label_1', 'label_2', 'label_3']);
  expect(store.kept.size).toBe(0);
});

test('a label that the server will never take holds up no other, and is kept until somebody decides', async () => {
  const store = memoryStore();
  const server = aServer();
  server.before = (labels) => {
    if (labels.some(({ sampleId }) => sampleId === 's_13'))
      throw new ProblemError(
        parseProblem(
          { code: 'SAMPLE_NOT_FOUND', title: '', type: '', hint: '', status: 404, detail: 'There is no sample s_13.' },
          404,
        ),
      );
  };
  const sender = aSender({ store, send: server.send });

  sender.add(Array.from({ length: 40 }, (_, n) => aLabel(n)));
  await settled(sender);

  expect(server.stored.size).toBe(39);
  expect(sender.getState().refused).toMatchObject([{ sampleId: 's_13', refusal: 'There is no sample s_13.' }]);
  expect(store.kept.get('label_13')?.refusal).toBe('There is no sample s_13.');
  server.before = () => undefined;
  sender.retryRefused();
  await expect.poll(() => server.stored.size).toBe(40);
});

test('labels of somebody else wait until they sign in', async () => {
  const server = aServer();
  let me: string | undefined = 'grace';
  const sender = aSender({ send: server.send, findIdentity: async () => me });

  sender.add([aLabel(1, { by: 'ada' }), aLabel(2, { by: 'grace' })]);
  await expect.poll(() => server.stored.size).toBe(1);
  const waiting = sender.getState();
  me = 'ada';
  sender.hurry();
  await settled(sender);

  expect(waiting.unsent).toBe(1);
  expect([...server.stored.keys()]).toEqual(['label_2', 'label_1']);
});

test('a browser that keeps nothing says that labels would be lost with the page', async () => {
  const broken = { ...memoryStore(), put: () => Promise.reject(new Error('private')) };
  const server = aServer();
  server.before = cut;
  const sender = aSender({ store: broken, send: server.send, pausesMs: [1e6] });

  sender.add([aLabel(1)]);

  await expect.poll(() => sender.getState().state).toBe('waiting');
  expect(sender.isFleeting).toBe(true);
  server.before = () => undefined;
  sender.hurry();
  await settled(sender);
  expect(sender.isFleeting).toBe(false);
});
