/** @file Train: not there yet. */

export function TrainScreen() {
  return (
    <div data-fill>
      <h1>Train</h1>
    </div>
  );
}
