/** @file Labels that the server has not stored yet, kept in IndexedDB so that they outlive the page. */

export interface QueuedLabel {
  /** Of the label event: sending it twice labels once. */
  id: string;
  sampleId: string;
  className: string | null;
  /** Who gave it; null where nobody had to say. Only sent for that person. */
  by: string | null;
  /** Grows with every label of this browser. */
  order: number;
  /** What the server said where it will never take it. */
  refusal?: string;
}

/** Where labels wait. */
export interface LabelStore {
  /** In the order in which they were given. */
  load(): Promise<QueuedLabel[]>;
  /** Resolves once they would outlive the page. */
  put(labels: readonly QueuedLabel[]): Promise<void>;
  remove(ids: readonly string[]): Promise<void>;
}

const database = 'tintype-labels';
const table = 'labels';

/** Opened when it is first asked; every method rejects where the browser keeps nothing. */
export function openLabelStore(factory: IDBFactory = indexedDB): LabelStore {
  let opened: Promise<IDBDatabase> | undefined;
  const connect = (): Promise<IDBDatabase> => {
    opened ??= open(factory).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  const change = async (edit: (labels: IDBObjectStore) => void): Promise<void> => {
    const transaction = (await connect()).transaction(table, 'readwrite');
    edit(transaction.objectStore(table));
    // Said at once: a page that is closed in the next moment would abort a transaction that is still open.
    transaction.commit();
    await finish(transaction);
  };
  return {
    async load() {
      const asked = (await connect()).transaction(table, 'readonly').objectStore(table).getAll();
      const labels = await resultOf<QueuedLabel[]>(asked);
      return labels.sort((a, b) => a.order - b.order);
    },
    put: (labels) =>
      change((all) => {
        for (const label of labels) all.put(label);
      }),
    remove: (ids) =>
      change((all) => {
        for (const id of ids) all.delete(id);
      }),
  };
}

async function open(factory: IDBFactory): Promise<IDBDatabase> {
  const asked = factory.open(database, 1);
  asked.addEventListener('upgradeneeded', () => asked.result.createObjectStore(table, { keyPath: 'id' }));
  const db = await resultOf(asked);
  db.addEventListener('versionchange', () => db.close());
  return db;
}

const resultOf = <T>(asked: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    asked.addEventListener('success', () => resolve(asked.result));
    asked.addEventListener('error', () => reject(asked.error ?? new Error('IndexedDB failed')));
  });

const finish = (transaction: IDBTransaction): Promise<void> =>
  new Promise((resolve, reject) => {
    transaction.addEventListener('complete', () => resolve());
    transaction.addEventListener('abort', () => reject(transaction.error ?? new Error('IndexedDB stopped')));
  });
