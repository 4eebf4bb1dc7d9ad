/** A row of a table that does not move under the pointer. Of one that is gone `row` is how it was seen last. */
export interface Placed<Row> {
  readonly id: string;
  readonly row: Row;
  readonly isGone: boolean;
}

/** Return the rows in the order of `ids`, as `rows` has them. */
export function placed<Row>(ids: readonly string[], rows: ReadonlyMap<string, Row>): Placed<Row>[] {
  return ids.flatMap((id) => {
    const row = rows.get(id);
    return row === undefined ? [] : [{ id, row, isGone: false }];
  });
}

/** Return the rows where they stood `before`, with what is new below: a click meets whom it was meant for.
 * Who is gone keeps the place as well, or those below would move up. */
export function keptInPlace<Row>(
  before: readonly Placed<Row>[],
  ids: readonly string[],
  rows: ReadonlyMap<string, Row>,
): Placed<Row>[] {
  const known = new Set(before.map((each) => each.id));
  const kept = before.map(({ id, row }) => ({ id, row: rows.get(id) ?? row, isGone: !rows.has(id) }));
  return [...kept, ...placed(ids.filter((id) => !known.has(id)), rows)];
}
