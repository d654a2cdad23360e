// What a change changes, what is sent of it, and what became of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AutotaskCrmError, Schema, Table, buildRequest, diff, patch, ready, verifyWrite } from 'autotask-crm';

await ready();
const bytes = (value) => new TextEncoder().encode(JSON.stringify(value));
const udfs = (fields) => Object.entries(fields).map(([name, value]) => ({ name, value }));
const before = {
  id: 7, companyName: 'Acme', companyType: 3, phone: '1', city: 'Troy', isActive: 1, taxID: null, ownerResourceID: 4, createDate: '2026-01-02T00:00:00Z',
  userDefinedFields: udfs({ Seats: '4.0000', Tier: 'A' }),
};
const after = {
  CompanyName: 'Acme Ltd', companyType: 1, city: ' ', isActive: true, taxID: '', ownerResourceID: 5, createDate: '2026-01-02T00:00:00.000Z',
  userDefinedFields: udfs({ Tier: 'B', Seats: '4.0000' }),
};

test('a patch has what changes, and null for what is cleared', () => {
  const row = patch('company', before, after);
  assert.deepEqual(row, { id: 7, companyName: 'Acme Ltd', companyType: 1, city: null, ownerResourceID: 5, userDefinedFields: udfs({ Tier: 'B' }) });
  const { method, path, body } = buildRequest({ kind: 'update', entity: 'Companies', record: row });
  assert.deepEqual([method, path, JSON.parse(body)], ['PATCH', '/V1.0/Companies', row]);
  assert.deepEqual(patch('Companies', before, before), { id: 7 });
  assert.deepEqual(patch('Companies', before, { city: undefined }), { id: 7 });
  assert.deepEqual(patch('Companies', before, { userDefinedFields: udfs({ tier: '' }) }), { id: 7, userDefinedFields: udfs({ tier: null }) });
  assert.deepEqual(patch('Companies', {}, {}), {});
});

test('changes are told in words, with the names that are known', () => {
  const people = new Table('Resources');
  people.load(bytes([{ id: 5, firstName: 'Mara', lastName: 'Lindqvist' }]));
  const changes = diff('Companies', before, after, { tables: { Resources: people } });
  assert.deepEqual(changes.map(({ text }) => text), [
    'Company name: Acme → Acme Ltd', 'Company type: Prospect → Customer', 'City: Troy removed', 'Owner: #4 → Mara Lindqvist', 'Tier: A → B',
  ]);
  assert.deepEqual(changes[1], { field: 'companyType', label: 'Company type', before: 3, after: 1, text: 'Company type: Prospect → Customer' });
  assert.deepEqual([changes[4].field, changes[4].before, changes[4].after], ['udf.Tier', 'A', 'B']);
  const schema = new Schema();
  schema.load('Companies', null, { fields: [{ name: 'Tier', label: 'Service tier', type: 'string' }] });
  assert.equal(diff('Companies', before, after, { schema }).at(-1).text, 'Service tier: A → B');
  assert.deepEqual(diff('Companies', before, before), []);
});

test('what became of a write', () => {
  const sent = { id: 7, companyName: 'Acme Ltd', createDate: '2020-01-01T00:00:00Z', city: null, phone: '1234567890', isActive: false, userDefinedFields: udfs({ Tier: 'B', Seats: '5' }) };
  const now = { ...before, companyName: 'Acme Ltd', city: null, phone: '12345', isActive: 0, userDefinedFields: udfs({ Tier: 'A', Seats: '5.0000' }) };
  const outcomes = Object.fromEntries(verifyWrite('Companies', sent, before, now).map(({ field, outcome }) => [field, outcome]));
  assert.deepEqual(outcomes, {
    companyName: 'changed', createDate: 'ignored', city: 'changed', phone: 'other', isActive: 'changed', 'udf.Tier': 'ignored', 'udf.Seats': outcomes['udf.Seats'],
  });
  assert.ok(['changed', 'other'].includes(outcomes['udf.Seats']), 'without metadata nothing says that it is a number');
  assert.deepEqual(verifyWrite('Companies', {}, before, now), []);
});

test('what is no row or no entity is refused with its issue', () => {
  const calls = [
    [() => patch('Compnies', {}, {}), 'filter.unknown_entity', 'entity'],
    [() => patch('Companies', [], {}), 'record.not_a_row', 'before'],
    [() => diff('Companies', {}, []), 'record.not_a_row', 'after'],
    [() => verifyWrite('Companies', [], {}, {}), 'record.not_a_row', 'sent'],
    [() => diff('Companies', {}, { city: 'half \ud83d' }), 'json.syntax', 'after'],
  ];
  for (const [work, code, path] of calls) {
    assert.throws(work, (error) => error instanceof AutotaskCrmError && error.code === code && error.issues[0].path === path, String(work));
  }
  const odd = { userDefinedFields: 7, __proto__: null, constructor: [{}], '': 1 };
  assert.deepEqual(patch('Companies', odd, odd), {});
});
