// Duplicates among a table's rows, and before a create.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AutotaskCrmError, Table, duplicatePairs, findDuplicates, findMatches, ready } from 'autotask-crm';

await ready();
const table = (entity, rows) => {
  const loaded = new Table(entity);
  loaded.load(new TextEncoder().encode(JSON.stringify(rows)));
  return loaded;
};
const companies = table('Companies', [
  { id: 0, companyName: 'Brightwater Managed IT', city: 'Troy' },
  { id: 7, companyName: 'Acme, Inc.', phone: '(518) 555-0100', webAddress: 'https://www.acme.com' },
  { id: 8, companyName: 'ACME', phone: '+1 518.555.0100', webAddress: 'acme.com' },
  { id: 9, companyName: 'Zenith Dental', phone: '212 555 0177' },
]);
const refused = (code, path) => (error) =>
  error instanceof AutotaskCrmError && error.issues[0].code === code && (assert.equal(error.issues[0].path, path), true);

test('clusters with reasons in words', () => {
  assert.deepEqual(findDuplicates(companies), [
    {
      ids: [7, 8],
      score: 1,
      reasons: [
        'same name but for the legal form (Acme, Inc. / ACME)',
        'same phone number ((518) 555-0100 / +1 518.555.0100)',
        'same web domain acme.com',
      ],
    },
  ]);
  assert.deepEqual(findDuplicates(companies, { notDuplicates: [[8, 7]] }), []);
  assert.deepEqual(findDuplicates(new Table('Companies')), []);
});

test('pairs as typed arrays', () => {
  const { a, b, score } = duplicatePairs(companies);
  assert.ok(a instanceof Float64Array && b instanceof Float64Array && score instanceof Float32Array);
  assert.deepEqual([[...a], [...b], [...score]], [[7], [8], [1]]);
});

test('one candidate before it is created', () => {
  const [first, ...others] = findMatches(companies, { companyName: 'Acme GmbH', phone: '518 555 0100' });
  assert.deepEqual([first.id, others.length], [7, 1]);
  assert.equal(findMatches(companies, { companyName: 'brightwater managed i.t.' })[0].id, 0);
  assert.deepEqual(findMatches(companies, {}), []);
  assert.equal(findMatches(companies, { id: 9 })[0].reasons[0], 'same id 9');
});

test('rules are data', () => {
  const strict = { threshold: 1, keys: [{ field: 'companyName', compare: 'exact' }] };
  assert.deepEqual(findDuplicates(companies, strict), []);
  const people = table('Contacts', [
    { id: 1, companyID: 7, firstName: 'Michael', lastName: 'Keller' },
    { id: 2, companyID: 7, firstName: 'Mike', lastName: 'Keller' },
    { id: 3, companyID: 8, firstName: 'Michael', lastName: 'Keller' },
  ]);
  assert.deepEqual(findDuplicates(people).map(({ ids }) => ids), [[1, 2]]);
  const byName = { keys: [{ field: 'firstName+lastName', compare: 'exact' }] };
  assert.deepEqual(findDuplicates(people, byName).map(({ ids }) => ids), [[1, 3]]);
});

test('bad rules are refused with their issues, wrong calls with a TypeError', () => {
  assert.throws(() => findDuplicates(companies, { keys: [{ field: 'companyNam' }] }), refused('duplicates.unknown_field', 'keys[0].field'));
  for (const weight of [NaN, -1, Infinity, '1']) {
    assert.throws(() => duplicatePairs(companies, { keys: [{ field: 'city', weight }] }), refused('duplicates.number', 'keys[0].weight'));
  }
  for (const threshold of [NaN, -0.1, 1.1]) {
    assert.throws(() => findMatches(companies, {}, { threshold }), refused('duplicates.number', 'threshold'));
  }
  const without = new Table('ContractBlocks');
  assert.throws(() => findDuplicates(without), refused('duplicates.no_rules', undefined));
  for (const call of [() => findDuplicates({}), () => findDuplicates(companies, 'x'), () => findMatches(companies), () => duplicatePairs(companies, null)]) {
    assert.throws(call, TypeError);
  }
  assert.throws(() => findMatches(companies, []), refused('duplicates.candidate', undefined));
});

test('a hundred thousand rows of one name stay bounded', () => {
  const many = table('Companies', Array.from({ length: 100_000 }, (_, id) => ({ id, companyName: 'Acme Dental', phone: '518 555 0100' })));
  const { a } = duplicatePairs(many);
  assert.ok(a.length >= 99_999 && a.length < 1_000_000, `${a.length}`);
  many.free();
});
