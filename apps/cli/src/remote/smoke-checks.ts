/** @file What `tintype smoke` asks of each operation: what changes something is asked so that nothing changes, and must be refused. */
import type { OperationId } from '@tintype/client/generated/api';

export interface SmokeCheck {
  request: object;
  /** Codes that are as good as an answer; without any only an answer is good. */
  orElse?: readonly string[];
  /** Nothing but one of the codes is good: an answer would have changed something. */
  mustRefuse?: boolean;
}

const refused = (request: object, ...codes: string[]): SmokeCheck => ({ request, orElse: codes, mustRefuse: true });
const absent = { path: { id: 's_00000000000000000000' } };
const absentView = { path: { id: 'view_00000000000000000000' } };
const run = { path: { id: 'run_0' } };
const model = 'no-such-model-smoke';
const absentVersion = { path: { model, version: '1' } };
const unknownModel = ['MODEL_NOT_FOUND', 'MODEL_NONE_YET'];

/** Asking for one that is there might set much work going. */
const unknownDataset: SmokeCheck = {
  request: { query: { dataset: 'no-such-dataset-smoke' } },
  orElse: ['DATASET_NOT_FOUND'],
};

/** The smallest picture: one pixel, GIF. */
const pixel = Uint8Array.from(atob('R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw=='), (c) =>
  c.charCodeAt(0),
);

function aForm(field: string, count: number): FormData {
  const form = new FormData();
  for (let n = 0; n < count; n += 1) form.append(field, new Blob([pixel], { type: 'image/gif' }), `${n}.gif`);
  return form;
}

/** Made anew for each use: a form is read once. */
export const smokeChecks = (): Readonly<Partial<Record<OperationId, SmokeCheck>>> => ({
  getHealth: { request: {} },
  getLiveness: { request: {} },
  getReadiness: { request: {} },
  predict: { request: { body: aForm('file', 1) } },
  predictBatch: { request: { body: aForm('files', 2) } },
  getPrediction: { request: { body: { bucket: 'smoke', filename: 'smoke.jpg' } }, orElse: ['OBJECT_REFUSED'] },
  listPredictions: { request: { query: { limit: 1 } } },
  getWorkspace: { request: {} },
  listSamples: { request: { query: { limit: 1 } } },
  getSample: { request: absent, orElse: ['SAMPLE_NOT_FOUND'] },
  getThumbnail: { request: absent, orElse: ['SAMPLE_NOT_FOUND'] },
  getPicture: { request: absent, orElse: ['SAMPLE_NOT_FOUND'] },
  removeSamples: refused({ body: { ids: [absent.path.id] } }, 'SAMPLE_NOT_FOUND'),
  restoreSamples: refused({ body: { ids: [absent.path.id] } }, 'SAMPLE_NOT_FOUND'),
  listSampleKeys: { request: { query: { limit: 1 } } },
  listFilterChoices: { request: {} },
  listNeighbors: { request: absent, orElse: ['SAMPLE_NOT_FOUND'] },
  tagSamples: refused({ body: { ids: [absent.path.id], tag: 'smoke' } }, 'SAMPLE_NOT_FOUND'),
  untagSamples: refused({ body: { ids: [], tag: 'smoke' } }, 'VALIDATION_FAILED'),
  groupSamples: refused({ body: { ids: [absent.path.id], group: 'smoke' } }, 'SAMPLE_NOT_FOUND'),
  listViews: { request: {} },
  getView: { request: absentView, orElse: ['VIEW_NOT_FOUND'] },
  createView: refused({ body: {} }, 'VALIDATION_FAILED'),
  renameView: refused({ ...absentView, body: { name: 'smoke' } }, 'VIEW_NOT_FOUND'),
  listIssues: { request: { query: { limit: 1 } } },
  listModels: { request: {} },
  getVersion: { request: { path: { model, version: '1' } }, orElse: unknownModel },
  moveAlias: refused({ path: { model, alias: 'smoke' }, body: { version: 1 } }, ...unknownModel),
  listHistory: { request: { path: { model } }, orElse: unknownModel },
  listRuns: { request: {} },
  getRun: { request: run, orElse: ['RUN_NOT_FOUND'] },
  listRunMetrics: { request: run, orElse: ['RUN_NOT_FOUND'] },
  watchRun: { request: run, orElse: ['RUN_NOT_FOUND'] },
  addJob: refused({ body: { kind: 'smoke' } }, 'VALIDATION_FAILED'),
  listJobs: { request: {} },
  getJob: { request: { path: { id: 'job_0' } }, orElse: ['JOB_NOT_FOUND'] },
  cancelJob: refused({ path: { id: 'job_0' } }, 'JOB_NOT_FOUND'),
  listBackups: { request: { query: { limit: 1 } } },
  startBackup: refused({ body: { keep: 0 } }, 'VALIDATION_FAILED'),
  getSession: { request: {} },
  logIn: refused({ body: {} }, 'VALIDATION_FAILED'),
  join: refused({ body: {} }, 'VALIDATION_FAILED'),
  logOut: { request: {} },
  listTokens: { request: {} },
  createToken: refused({ body: {} }, 'VALIDATION_FAILED'),
  revokeToken: refused({ path: { id: 'tok_00000000000000000000' } }, 'TOKEN_NOT_FOUND'),
  listUsers: { request: {} },
  updateUser: refused({ path: { name: 'no-such-user-smoke' }, body: { isDisabled: true } }, 'USER_NOT_FOUND'),
  invite: refused({ body: { role: 'smoke' } }, 'VALIDATION_FAILED'),
  listNextToLabel: unknownDataset,
  listLabelGrids: unknownDataset,
  listLabelClusters: unknownDataset,
  getAuditBound: { request: { query: { size: 10, looks: 5, errors: 0 } } },
  getLabelForecast: unknownDataset,
  listLabelSuspects: unknownDataset,
  addLabels: refused(
    { body: { events: [{ id: 'smoke-event', sampleId: absent.path.id, className: null }] } },
    'SAMPLE_NOT_FOUND',
  ),
  listAudit: { request: { query: { limit: 1 } } },
  leasePictures: refused({ body: {} }, 'VALIDATION_FAILED'),
  listClasses: { request: {} },
  listClassChanges: { request: { query: { limit: 1 } } },
  changeClasses: refused({ body: {} }, 'VALIDATION_FAILED'),
  getAgreement: unknownDataset,
  listDisagreements: unknownDataset,
  reviewPictures: refused({ body: {} }, 'VALIDATION_FAILED'),
  withdrawReviews: refused({ body: {} }, 'VALIDATION_FAILED'),
  getHistory: unknownDataset,
  listGoldQuestions: unknownDataset,
  addGoldQuestions: refused({ body: {} }, 'VALIDATION_FAILED'),
  removeGoldQuestions: refused({ body: {} }, 'VALIDATION_FAILED'),
  getExploration: { ...unknownDataset, orElse: ['DATASET_NOT_FOUND', 'EXPLORATION_NONE_YET'] },
  startExploration: refused({ body: { dataset: 'no-such-dataset-smoke' } }, 'DATASET_NOT_FOUND', 'VALIDATION_FAILED'),
  getExplorationMap: { ...unknownDataset, orElse: ['DATASET_NOT_FOUND', 'EXPLORATION_NONE_YET'] },
  getReport: { request: absentVersion, orElse: unknownModel },
  listAnswers: { request: absentVersion, orElse: unknownModel },
  compareVersions: {
    request: { ...absentVersion, query: { with: '1' } },
    orElse: [...unknownModel, 'VALIDATION_FAILED'],
  },
  getLineage: { request: absentVersion, orElse: unknownModel },
  getBundleFile: { request: { path: { ...absentVersion.path, file: 'bundle.json' } }, orElse: unknownModel },
  resumeRun: refused(run, 'RUN_NOT_FOUND'),
  getContactSheet: { request: run, orElse: ['RUN_NOT_FOUND'] },
  listTrainableModels: { request: {} },
  estimateTraining: refused({ body: { epochs: 0 } }, 'VALIDATION_FAILED'),
  listStudies: { request: {} },
  getStudy: { request: { path: { name: 'no-such-study-smoke' } }, orElse: ['STUDY_NOT_FOUND'] },
});

/** Pages and files beside the operations. */
export const smokePages = ['/', '/docs', '/openapi.json'] as const;

/** Ways to hand over a picture beside the form, each an answer or one of the codes. */
export const smokePictures: readonly { name: string; body: object; orElse?: readonly string[] }[] = [
  { name: 'predict, as the body', body: new Blob([pixel], { type: 'image/gif' }) },
  { name: 'predict, by an address', body: { url: 'http://127.0.0.1:1/smoke.jpg' }, orElse: ['URL_REFUSED'] },
  { name: 'predict, in a bucket', body: { bucket: 'smoke', key: 'smoke.jpg' }, orElse: ['OBJECT_REFUSED'] },
  {
    name: 'predict, by an event of S3',
    body: { Records: [{ s3: { bucket: { name: 'smoke' }, object: { key: 'smoke.jpg' } } }] },
    orElse: ['OBJECT_REFUSED'],
  },
];
