/** @file People: not there yet. */

export function PeopleScreen() {
  return (
    <div data-fill>
      <h1>People</h1>
    </div>
  );
}
