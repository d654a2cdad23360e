// Tables and selections.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Table, ready } from 'autotask-crm';

await ready();
const bytes = (value) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const rows = [
  { id: 10, companyName: 'émile', companyType: 1, city: 'Troy', createDate: '2026-01-02T00:00:00Z' },
  { id: 9, companyName: 'Zoo', companyType: 4, city: 'Troy', createDate: '2025-01-02T00:00:00.5Z' },
  { id: 100, companyName: 'acme', companyType: 3, city: null, nested: { kept: [1, 'x', null] } },
  { id: 1, companyName: null },
];
const made = (items = rows, entity = 'Companies') => {
  const table = new Table(entity);
  table.load(bytes(items));
  return table;
};
const ids = (selection) => [...selection.ids()];

test('rows come as an answer, an array, JSON lines or one object, by id', () => {
  const table = new Table('company');
  assert.deepEqual(table.load(bytes({ items: rows, pageDetails: { nextPageUrl: null } })), { added: 4, updated: 0, skipped: 0, issues: [] });
  assert.deepEqual(table.load(bytes(rows.slice(0, 2))), { added: 0, updated: 2, skipped: 0, issues: [] });
  const lines = table.load(bytes('{"id":1,"companyName":"Now named"}\r\n\n{"id":2}\n{"id":}\n'));
  assert.deepEqual([lines.added, lines.updated, lines.skipped, lines.issues[0].path], [1, 1, 1, 'line 4']);
  assert.equal(table.load(bytes({ id: 3 })).added, 1);
  assert.equal(table.load(bytes("[{'id': '4',},]")).added, 1);
  assert.equal(table.length, 7);
  assert.equal(table.record(1).companyName, 'Now named');
  assert.equal(table.record(4).id, '4', 'as it came');
  assert.equal(table.record(5), undefined);
  assert.equal(table.record(1.5), undefined);
  assert.deepEqual(table.record(100).nested, { kept: [1, 'x', null] }, 'unknown members are kept');
});

test('bytes may be any view or buffer', () => {
  const whole = bytes(`xx${JSON.stringify([{ id: 1 }])}`);
  const table = new Table('Companies');
  for (const view of [whole.subarray(2), Buffer.from('[{"id":1}]'), bytes([{ id: 1 }]).buffer, new DataView(whole.buffer, 2)]) {
    const { added, updated } = table.load(view);
    assert.equal(added + updated, 1);
  }
});

test('garbage is answered with issues and changes nothing', () => {
  const table = made();
  const garbage = ['', ' ', 'nonsense', '7', 'null', '<html></html>', '{"items":[{"id":1}', '{"items":7}', '{"errors":["no"]}', '[', '{}', '[[]]', '{"id":1.5}'];
  for (const text of garbage) {
    const { added, updated, issues } = table.load(bytes(text));
    assert.deepEqual([added, updated, issues.length], [0, 0, 1], text);
  }
  assert.equal(table.load(new Uint8Array([0x5b, 0xff, 0x5d])).issues[0].code, 'json.not_text');
  assert.equal(table.load(bytes('[]')).issues.length, 0);
  const many = table.load(bytes(Array(500).fill({})));
  assert.deepEqual([many.skipped, many.issues.length], [500, 100], 'all are counted, a hundred are named');
  assert.equal(table.length, 4);
});

test('a selection sorts by what fields are', () => {
  const all = made().all();
  const sorted = (...by) => ids(all.sort(by));
  assert.deepEqual(sorted({ field: 'companyName' }), [100, 9, 10, 1]);
  assert.deepEqual(sorted({ field: 'companyName', descending: true }), [10, 9, 100, 1], 'rows without a value stay last');
  assert.deepEqual(sorted({ field: 'companyType' }), [10, 9, 100, 1], 'by label: Customer, Dead, Prospect');
  assert.deepEqual(sorted({ field: 'createDate', descending: false }), [9, 10, 100, 1]);
  assert.deepEqual(sorted({ field: 'city' }, { field: 'id', descending: true }), [10, 9, 100, 1]);
  assert.deepEqual(sorted(), [10, 9, 100, 1]);
  assert.deepEqual(ids(all), [10, 9, 100, 1], 'the selection itself stays as it is');
});

test('selections are combined; the first one says the order', () => {
  const table = made();
  const troy = table.filter('city = Troy');
  const named = table.filter('companyName is not empty').sort([{ field: 'companyName' }]);
  assert.deepEqual(ids(named.and(troy)), [9, 10]);
  assert.deepEqual(ids(troy.or(named)), [10, 9, 100]);
  assert.deepEqual(ids(troy.not()), [100, 1]);
  assert.deepEqual(ids(table.all().not()), []);
  assert.deepEqual([...named.rows()], [2, 1, 0]);
  assert.ok(named.rows() instanceof Uint32Array && named.ids() instanceof Float64Array);
});

test('records are the rows from one place to before another', () => {
  const all = made().all();
  assert.deepEqual(all.records(), rows);
  assert.deepEqual(all.records(['ID', 'city', 'state'], 1, 3), [{ ID: 9, city: 'Troy', state: null }, { ID: 100, city: null, state: null }]);
  assert.deepEqual(all.records([], 3), [{}]);
  for (const [from, to] of [[4, 9], [2, 2], [3, 1], [Infinity, Infinity], [0, -1]]) assert.deepEqual(all.records(undefined, from, to), []);
  assert.equal(all.records(undefined, -5, 1e12).length, 4);
});

test('a removed row vanishes from older selections, and numbers stay', () => {
  const table = made();
  const all = table.all();
  assert.equal(table.remove([9, 9, 77, NaN, 1.5]), 1);
  assert.equal(table.remove(new Float64Array([77])), 0);
  assert.deepEqual([all.length, ids(all), [...all.rows()]], [3, [10, 100, 1], [0, 2, 3]]);
  table.load(bytes([{ id: 9 }]));
  assert.deepEqual([...table.all().rows()], [0, 2, 3, 4]);
  assert.equal(all.length, 3, 'a selection does not grow');
});

test('ids are exact below 2^53', () => {
  const table = made([{ id: Number.MAX_SAFE_INTEGER }, { id: 0 }, { id: -1 }]);
  assert.deepEqual(ids(table.all()), [Number.MAX_SAFE_INTEGER, 0, -1]);
  assert.equal(table.record(Number.MAX_SAFE_INTEGER).id, Number.MAX_SAFE_INTEGER);
});

test('an entity that does not exist is refused', () => {
  assert.throws(() => new Table('Widgets'), { name: 'AutotaskCrmError', code: 'filter.unknown_entity' });
});

test('100,000 rows load and are searched in reasonable time, and the memory comes back', (t) => {
  const items = Array.from({ length: 100_000 }, (_, n) => ({
    id: n, companyName: `Company ${n} é`, companyType: (n % 8) + 1, city: n % 3 ? 'Springfield' : null, phone: `555-${n}`, isActive: n % 2 === 0,
    address1: `${n} Main Street`, postalCode: '12345', ownerResourceID: 29682885, createDate: '2026-01-02T03:04:05.678Z', webAddress: null,
  }));
  const body = bytes({ items });
  const time = (label, work) => {
    const start = performance.now();
    const result = work();
    t.diagnostic(`${label}: ${Math.round(performance.now() - start)} ms`);
    return result;
  };
  for (let round = 0; round < 6; round += 1) {
    const table = new Table('Companies');
    time('load', () => assert.equal(table.load(body).added, 100_000));
    const found = time('filter', () => table.filter('companyType = Customer and (city contains "SPRING" or companyName beginsWith "company 8")'));
    const sorted = time('sort', () => found.sort([{ field: 'companyName' }]));
    assert.equal(sorted.length, items.filter((row) => row.companyType === 1 && (row.city || row.companyName.startsWith('Company 8'))).length);
    time('50 records', () => assert.equal(sorted.records(undefined, 0, 50).length, 50));
    if (round === 0) time('all records', () => assert.deepEqual(table.all().records().at(-1), items.at(-1)));
    for (const object of [table, found, sorted]) object.free();
  }
  t.diagnostic(`resident: ${Math.round(process.memoryUsage().rss / 2 ** 20)} MB`);
});

test('user-defined fields are sorted by and shown', () => {
  const table = new Table('Companies');
  const row = (id, value) => ({ id, userDefinedFields: [{ name: 'Customer Ranking', value }] });
  table.load(new TextEncoder().encode(JSON.stringify([row(1, 'b'), row(2, null), row(3, 'a')])));
  const sorted = table.all().sort([{ field: 'udf."Customer Ranking"' }]);
  assert.deepEqual([...sorted.ids()], [3, 1, 2]);
  assert.deepEqual(sorted.records(['id', 'udf."Customer Ranking"'], 0, 2), [{ id: 3, 'udf."Customer Ranking"': 'a' }, { id: 1, 'udf."Customer Ranking"': 'b' }]);
});

test('facets count what an equality filter finds, aggregates what there is', () => {
  const table = made([
    { id: 1, city: 'Troy', companyType: 1, marketSegmentID: 4, assetValue: 1.5, createDate: '2026-01-02T00:00:00Z', isActive: true },
    { id: 2, city: 'TROY ', companyType: 3, assetValue: 2, createDate: '2025-01-02T00:00:00Z', isActive: false },
    { id: 3, city: 'Albany', companyType: 1, assetValue: null, isActive: true },
    { id: 4, city: null, companyType: 1, assetValue: '7', isActive: true },
  ]);
  const all = table.all();
  assert.deepEqual(all.facets('city'), [{ value: 'Troy', count: 2 }, { value: 'Albany', count: 1 }, { value: null, count: 1 }]);
  assert.equal(table.filter('city = troy').length, 2);
  assert.deepEqual(all.facets('companyType', 1), [{ value: 1, label: 'Customer', count: 3 }]);
  assert.deepEqual(all.facets('isActive').map(({ value, count }) => [value, count]), [[true, 3], [false, 1]]);
  assert.deepEqual(table.filter('companyType = Prospect').facets('city'), [{ value: 'TROY ', count: 1 }]);
  assert.deepEqual(all.aggregate('createDate'), { count: 2, empty: 2, distinct: 2, min: '2025-01-02T00:00:00Z', max: '2026-01-02T00:00:00Z' });
  assert.deepEqual(all.aggregate('assetValue'), { count: 3, empty: 1, distinct: 3, min: 1.5, max: '7', sum: 3.5 }, 'a text is no number');
  assert.deepEqual(all.aggregate('city'), { count: 3, empty: 1, distinct: 2, min: 'Albany', max: 'Troy' });
  assert.deepEqual(all.aggregate('phone'), { count: 0, empty: 4, distinct: 0 });
  assert.throws(() => all.facets('cty'), { name: 'TypeError', message: /did you mean `city`/ });
  assert.throws(() => all.facets('city', 'x'), TypeError);
});

test('a snapshot gives the same table back, and a damaged one an error', () => {
  const table = made([...rows, { id: '7', companyName: 'text as id', isActive: 'True' }]);
  table.remove([9]);
  const kept = table.snapshot();
  const again = Table.restore(kept);
  assert.deepEqual(again.all().records(), table.all().records());
  assert.deepEqual([...again.all().rows()], [...table.all().rows()]);
  assert.deepEqual(ids(again.filter('city is empty or isActive = yes')), ids(table.filter('city is empty or isActive = yes')));
  assert.deepEqual(Buffer.from(again.snapshot()), Buffer.from(kept));
  again.load(bytes([{ id: 9, companyName: 'new' }]));
  assert.deepEqual(ids(again.filter('companyName = NEW')), [9]);
  assert.equal(table.length, 4, 'the first one is another table');
  for (const [damaged, code] of [[kept.subarray(0, kept.length - 1), 'snapshot.damaged'], [new Uint8Array(), 'snapshot.other'], [bytes([]), 'snapshot.other']]) {
    assert.throws(() => Table.restore(damaged), { name: 'AutotaskCrmError', code });
  }
  const other = Uint8Array.from(kept);
  other[1 + other[0] + 4] = 99;
  assert.throws(() => Table.restore(other), { name: 'AutotaskCrmError', code: 'snapshot.version', message: /version 99/ });
  const contacts = made([{ id: 1, companyID: 4 }], 'Contacts');
  assert.deepEqual(ids(Table.restore(contacts.snapshot()).filter('companyID = 4')), [1], 'it knows its entity');
  assert.throws(() => Table.restore('x'), TypeError);
});
