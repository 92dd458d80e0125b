/** @file Explore: not there yet. */

export function ExploreScreen() {
  return (
    <div data-fill>
      <h1>Explore</h1>
    </div>
  );
}
