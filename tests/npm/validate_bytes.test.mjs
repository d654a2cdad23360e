// Rows of bytes held against their entity.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Schema, ready, validate, validateBytes } from 'autotask-crm';

await ready();
const bytes = (value) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));
const ROWS = [
  { id: 1, companyName: 'Acme', phone: '555-0100', userDefinedFields: [] },
  { id: 2, phone: 'call me' },
  { id: '3', city: 'Köln' },
  { companyName: 'without id' },
  { id: 5, country: 'Utopia' },
  { id: 6, isActive: 1, cuty: 'x', createDate: 'whenever' },
  'no row',
];

test('each row is judged as `validate` judges it', () => {
  for (const mode of ['create', 'update']) {
    const { rows, failed, issues } = validateBytes('Companies', bytes({ items: ROWS, pageDetails: {} }), mode);
    assert.equal(rows, ROWS.length);
    assert.ok(failed instanceof Uint32Array);
    const expected = ROWS.map((row) => (typeof row === 'string' ? [] : validate('Companies', row, mode)));
    const wrong = expected.map((found, row) => (found.some(({ severity }) => severity === 'error') ? row : -1)).filter((row) => row >= 0);
    assert.deepEqual([...failed], [...wrong, 6]);
    for (const row of wrong) assert.deepEqual(issues.filter((found) => found.row === row).map(({ issue }) => issue), expected[row]);
    assert.equal(issues.at(-1).issue.path, 'items[6]');
  }
});

test('arrays, lines, and what holds no rows', () => {
  const check = (given, mode = 'update') => {
    const { rows, failed } = validateBytes('companies', bytes(given), mode);
    return [rows, [...failed]];
  };
  assert.deepEqual(check(ROWS), [7, [1, 3, 4, 6]]);
  assert.deepEqual(check(ROWS.map((row) => JSON.stringify(row)).join('\n')), [7, [1, 3, 4, 6]]);
  assert.deepEqual(check([]), [0, []]);
  const { rows, issues } = validateBytes('Companies', bytes('["ä", x]'), 'update');
  assert.deepEqual([rows, issues.length, issues[0].issue.code, issues[0].issue.start], [0, 1, 'json.syntax', 6]);
  assert.equal(validateBytes('Compnies', bytes([]), 'update').issues[0].issue.code, 'filter.unknown_entity');
});

test('picklists and user-defined fields of the instance count', () => {
  const schema = new Schema();
  schema.load('Companies', { fields: [{ name: 'companyType', dataType: 'integer', isPickList: true, picklistValues: [{ value: '1', label: 'Client' }] }] }, {
    fields: [{ name: 'Seats', type: 'double' }],
  });
  const rows = [
    { id: 1, companyType: 1 },
    { id: 2, companyType: 3 },
    { id: 3, userDefinedFields: [{ name: 'Seats', value: 'many' }] },
  ];
  assert.deepEqual([...validateBytes('Companies', bytes(rows), 'update', { schema }).failed], [1, 2]);
  assert.deepEqual([...validateBytes('Companies', bytes(rows), 'update').failed], []);
});

test('a wrong call throws', () => {
  for (const call of [() => validateBytes('Companies', '[]', 'update'), () => validateBytes('Companies', bytes([]), 'upsert'), () => validateBytes(7, bytes([]), 'update')]) {
    assert.throws(call, TypeError);
  }
});

test('issues are bounded, failed rows are not', () => {
  const { failed, issues } = validateBytes('Companies', bytes(Array.from({ length: 3000 }, (_, id) => ({ id, phone: 'x' }))), 'update');
  assert.deepEqual([failed.length, issues.length], [3000, 1000]);
});
