/** @file Label: not there yet. */

export function LabelScreen() {
  return (
    <div data-fill>
      <h1>Label</h1>
    </div>
  );
}
