// The hierarchy of companies.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Hierarchy, Table, ready } from 'autotask-crm';

await ready();
const kinds = (forest) => forest.problems().map(({ kind, ids }) => [kind, ids]);

test('a tree with roll-ups', () => {
  const forest = new Hierarchy([3, 1, 2, 4, 0], [1, null, 1, 3, NaN], { tickets: [1, 10, 100, 1000, 5], seats: new Float32Array([1, NaN, 1, 1, 1]) });
  assert.deepEqual([...forest.order()], [1, 0, 3, 2, 4]);
  assert.deepEqual([...forest.depth()], [1, 0, 1, 2, 0]);
  assert.deepEqual([...forest.parent()], [1, -1, 1, 0, -1]);
  assert.deepEqual([...forest.own('tickets')], [1, 10, 100, 1000, 5]);
  assert.deepEqual([...forest.subtree('tickets')], [1001, 1111, 100, 1000, 5]);
  assert.deepEqual([...forest.subtree('seats')], [2, 3, 1, 1, 1], 'no number counts nothing');
  assert.deepEqual(kinds(forest), [['depth', [4]]]);
  forest.own('tickets')[0] = 99;
  assert.equal(forest.own('tickets')[0], 1, 'a copy');
  assert.ok(forest.order() instanceof Uint32Array && forest.parent() instanceof Int32Array);
});

test('cycles, orphans and self-parents are found and nothing is dropped', () => {
  const forest = new Hierarchy([1, 2, 3, 4, 5, 6], [2, 3, 1, 2, 5, 99]);
  assert.deepEqual([...forest.order()].sort(), [0, 1, 2, 3, 4, 5]);
  assert.deepEqual(kinds(forest), [['cycle', [1, 2, 3]], ['self', [5]], ['orphan', [6]]]);
  assert.equal(forest.problems()[0].message, "companies are each other's parents: 1 → 2 → 3 → 1");
  assert.deepEqual([...forest.parent()], [-1, -1, -1, 1, -1, -1]);
});

test('nothing, typed arrays and a hundred thousand in a chain', () => {
  const empty = new Hierarchy([], []);
  assert.deepEqual([[...empty.order()], empty.problems()], [[], []]);
  const ids = Float64Array.from({ length: 100_000 }, (_, n) => n);
  const chain = new Hierarchy(ids, ids.map((n) => (n ? n - 1 : NaN)), { one: ids.map(() => 1) });
  assert.equal(chain.depth().at(-1), 99_999);
  assert.equal(chain.subtree('one')[0], 100_000);
  assert.equal(new Hierarchy(ids, ids.map((n) => (n + 1) % ids.length)).problems()[0].ids.length, 100_000);
});

test('a move is refused where it would make a cycle, and done where not', () => {
  const forest = new Hierarchy([0, 1, 2, 3], [null, null, 1, 2], { one: [1, 1, 1, 1] });
  assert.deepEqual(forest.canMove(3, 1), { ok: true, issues: [], impact: { companies: 1 } });
  assert.deepEqual(forest.canMove(2, null), { ok: true, issues: [], impact: { companies: 2 } });
  const code = (id, parent) => forest.canMove(id, parent).issues[0]?.code;
  assert.deepEqual([code(1, 3), code(1, 1), code(0, 1), code(9, null), code(1, 9)], [
    'hierarchy.cycle', 'hierarchy.self', 'hierarchy.own_company', 'hierarchy.unknown', 'hierarchy.unknown',
  ]);
  forest.move(2, null);
  assert.deepEqual([[...forest.parent()], [...forest.subtree('one')]], [[-1, -1, -1, 2], [1, 1, 2, 1]]);
  forest.move(2, 0);
  assert.deepEqual([...forest.subtree('one')], [3, 1, 2, 1]);
  forest.move(0, 3);
  assert.equal(forest.problems()[0].kind, 'cycle', 'what `canMove` would have refused');
});

test('of a table, with its measures and its inactive parents', () => {
  const table = new Table('Companies');
  const rows = [
    { id: 1, parentCompanyID: null, isActive: false, assetValue: 2.5 },
    { id: 2, parentCompanyID: 1, isActive: true, assetValue: null },
    { id: 3, parentCompanyID: 77, assetValue: 1, invoiceTemplateID: 1 },
    { id: 4, parentCompanyID: '2', isActive: true, assetValue: 4, invoiceTemplateID: 2 },
  ];
  table.load(new TextEncoder().encode(JSON.stringify(rows)));
  const forest = Hierarchy.fromTable(table, { measures: ['assetValue'] });
  assert.deepEqual([...forest.subtree('assetValue')], [6.5, 4, 1, 4]);
  assert.deepEqual(kinds(forest), [['inactiveParent', [2, 1]], ['depth', [4]], ['orphan', [3]]]);
  assert.deepEqual([...Hierarchy.fromTable(table, { parent: 'invoiceTemplateID' }).parent()], [-1, -1, 0, 1]);
  table.remove([1]);
  assert.deepEqual([...Hierarchy.fromTable(table).parent()], [-1, -1, 0], 'rows are numbered as in `all()`');
});
