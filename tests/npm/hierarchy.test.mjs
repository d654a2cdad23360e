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
  assert.deepEqual(forest.canMove(3, 1), {
    ok: true,
    issues: [],
    impact: {
      companies: 1,
      before: { path: [1, 2, 3], level: 3, deepest: 3 },
      after: { path: [1, 3], level: 2, deepest: 2 },
      rollUps: [{ id: 2, companies: [2, 1], sums: { one: [2, 1] }, maxima: {} }],
    },
  });
  assert.deepEqual(forest.canMove(1, 3).impact, { companies: 3, before: { path: [1], level: 1, deepest: 3 }, rollUps: [] });
  assert.deepEqual(forest.canMove(9, null).impact, { companies: 0, rollUps: [] });
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

test('what is no id is refused, what is no number counts nothing', () => {
  for (const [ids, parents] of [
    [[1, NaN], [null, 1]],
    [[1, 2.5], [null, 1]],
    [[1, '2'], [null, 1]],
    [[1, null], [null, 1]],
    [[1, 2], [null, '1']],
    [[1, 2], [null, 0.5]],
    [[1, 2], [null, Infinity]],
    [new Float64Array([1, 2 ** 53]), new Float64Array([NaN, 1])],
    [[1, 2], [null]],
  ]) {
    assert.throws(() => new Hierarchy(ids, parents), TypeError, JSON.stringify([ids, parents]));
  }
  for (const [measures, options] of [[{ a: [1] }], [{ a: 1 }], [{ a: { amounts: [1, 2] } }], [{}, { levels: 0 }], [{}, { active: [true] }]]) {
    assert.throws(() => new Hierarchy([1, 2], [null, 1], measures, options), TypeError, JSON.stringify([measures, options]));
  }
  const forest = new Hierarchy([1, 2, 3], [undefined, 1, 1], { seats: [null, NaN, 4] });
  assert.deepEqual([...forest.subtree('seats')], [4, 0, 4]);
  assert.deepEqual([...forest.maxima('seats')], [4, NaN, 4]);
  assert.deepEqual([...forest.counts('seats')], [1, 0, 1]);
  assert.deepEqual([...forest.descendants()], [2, 0, 0]);
  assert.throws(() => forest.subtree('toString'), /no measure toString; there are seats/);
  assert.throws(() => forest.subtree(7), TypeError);
});

test('amounts of several currencies are never added together', () => {
  const forest = new Hierarchy([1, 2, 3], [null, 1, 1], { amount: { amounts: [1, 10, 100], currencies: ['USD', 'EUR', null] } });
  assert.deepEqual(forest.measures(), ['amount:?', 'amount:EUR', 'amount:USD']);
  assert.deepEqual(['?', 'EUR', 'USD'].map((name) => forest.subtree(`amount:${name}`)[0]), [100, 10, 1]);
  assert.throws(() => forest.subtree('amount'), /no measure amount; there are amount:\?, amount:EUR/);
  const many = Array.from({ length: 65 }, (_, n) => n);
  const names = many.map((n) => `C${n}`);
  assert.throws(() => new Hierarchy(many, many.map(() => null), { a: { amounts: many, currencies: names } }), /more than 64 currencies/);
});

test('the rules of levels, inactive parents, the own company and second rows', () => {
  const ids = [1, 2, 3, 0, 1];
  const forest = new Hierarchy(ids, [null, 1, 2, 3, null], {}, { levels: 3, active: [0, 1, 1, 1, 1] });
  assert.deepEqual(kinds(forest), [['inactiveParent', [2, 1]], ['ownCompany', [0]], ['depth', [0]], ['duplicate', [1]]]);
  assert.match(forest.problems()[2].message, /at most 3 are wanted/);
  const codes = (id, parent) => forest.canMove(id, parent).issues.map(({ code, severity }) => `${code} ${severity}`);
  assert.deepEqual(codes(3, 1), ['hierarchy.inactive_parent warning']);
  assert.deepEqual(codes(3, 2), ['hierarchy.same_parent notice', 'hierarchy.depth warning']);
  assert.deepEqual(codes(0, null), [], 'the way out');
  assert.deepEqual(kinds(new Hierarchy([1, 2, 3], [null, 1, 2], {}, { levels: Infinity })), []);
});

test('moves, one by one, give what the forest built anew gives', () => {
  const count = 300;
  let seed = 7;
  const next = (below) => (seed = (seed * 48271) % 2147483647) % below;
  const ids = Array.from({ length: count }, (_, n) => n * 1000 + 1);
  const parents = ids.map((_, n) => (n && next(9) ? ids[next(n)] : null));
  const measures = { v: ids.map(() => next(100)) };
  const moved = new Hierarchy(ids, parents, measures);
  moved.subtree('v');
  moved.maxima('v');
  for (let round = 0; round < 200; round += 1) {
    const [row, parent] = [next(count), next(6) ? ids[next(count)] : null];
    const { ok, impact } = moved.canMove(ids[row], parent);
    if (!ok) continue;
    moved.move(ids[row], parent);
    parents[row] = parent;
    const anew = new Hierarchy(ids, parents, measures);
    for (const what of ['order', 'depth', 'parent', 'descendants']) assert.deepEqual(moved[what](), anew[what](), what);
    for (const what of ['subtree', 'maxima', 'counts']) assert.deepEqual(moved[what]('v'), anew[what]('v'), what);
    for (const { id, sums } of impact.rollUps) if (sums.v) assert.equal(anew.subtree('v')[ids.indexOf(id)], sums.v[1]);
    anew.free();
  }
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
  assert.deepEqual(kinds(Hierarchy.fromTable(table, { levels: 3 })), [['inactiveParent', [2, 1]], ['orphan', [3]]]);
  table.load(new TextEncoder().encode('[{"id":2,"parentCompanyID":1,"lastActivityDate":"2026-01-02T00:00:00Z"}]'));
  const dated = Hierarchy.fromTable(table, { measures: ['lastActivityDate'] });
  assert.equal(dated.maxima('lastActivityDate')[0], Date.UTC(2026, 0, 2), 'the last activity of a tree');
  table.remove([1]);
  assert.deepEqual([...Hierarchy.fromTable(table).parent()], [-1, -1, 0], 'rows are numbered as in `all()`');
});
