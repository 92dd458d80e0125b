/** @file The one door to ONNX Runtime: loaded when first needed, and silent. */

/**
 * Since 1.30 ONNX Runtime tells its maker how it is used (mobile.events.data.microsoft.com), keeps an id of the machine and a database of events in the home folder and a log in the temporary one, unless
 * `ORT_DISABLE_TELEMETRY` is set before it is loaded. Nothing here speaks to anybody unasked. For main threads: what a worker thread sets in `process.env` does not reach libraries.
 */
export function loadOnnxRuntime(): Promise<typeof import('onnxruntime-node')> {
  process.env.ORT_DISABLE_TELEMETRY ??= '1';
  return import('onnxruntime-node');
}
