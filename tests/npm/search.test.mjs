// Search as one types.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Table, ready } from 'autotask-crm';

await ready();
const loaded = (rows, entity = 'Companies') => {
  const table = new Table(entity);
  table.load(new TextEncoder().encode(JSON.stringify(rows)));
  return table;
};
const ids = (hits) => hits.map(({ id }) => id);
const rows = [
  { id: 1, companyName: 'Bäckerei Straße', companyNumber: 'C0042', city: 'Köln' },
  { id: 2, companyName: 'Acme', phone: '(555) 010-9988', webAddress: 'https://www.acme.com/' },
  { id: 3, companyName: null, city: 'Acmetown' },
  { id: 4 },
];

test('rows are found by what people know of them, best first, with marks in the text as it is', () => {
  const table = loaded(rows);
  const marked = (text) => {
    const [{ id, marks }] = table.search(text);
    const record = rows.find((row) => row.id === id);
    return [id, ...marks.map(({ field, start, end }) => record[field].slice(start, end))];
  };
  assert.deepEqual(marked('koln strasse'), [1, 'Straße', 'Köln']);
  assert.deepEqual(marked('(555) 010'), [2, '555) 010']);
  assert.deepEqual(marked('ACME.COM'), [2, 'acme.com']);
  assert.deepEqual(marked('backrei'), [1, 'Bäckerei'], 'one mistake');
  const hits = table.search('acme');
  assert.deepEqual(ids(hits), [2, 3]);
  assert.deepEqual([hits.length, hits.total, hits[0].row, hits[0].score], [2, 2, 1, 100]);
  const [one] = table.search('acme', 1);
  assert.deepEqual(one, hits[0]);
  assert.equal(table.search('acme', 1).total, 2);
  assert.deepEqual(table.search('backrei', 50, { typos: false }), []);
});

test('marks count UTF-16 units', () => {
  const [{ marks }] = loaded([{ id: 1, companyName: '🙂🙂 Söhne' }]).search('sohne');
  assert.deepEqual(marks, [{ field: 'companyName', start: 5, end: 10 }]);
});

test('first and last name are one name', () => {
  const table = loaded([{ id: 5, firstName: 'Mara', lastName: 'Lindqvist' }], 'Contacts');
  assert.deepEqual(table.search('mara lindqvist')[0].marks.map(({ field }) => field), ['firstName', 'lastName']);
});

test('a search sees what was loaded and removed since', () => {
  const table = loaded(rows);
  assert.deepEqual(ids(table.search('nova')), []);
  table.load(new TextEncoder().encode('[{"id":9,"companyName":"Nova"}]'));
  assert.deepEqual(ids(table.search('nova')), [9]);
  table.load(new TextEncoder().encode('[{"id":1,"companyName":"Nova too"}]'));
  assert.deepEqual(ids(table.search('nova')), [9, 1]);
  table.remove([9]);
  assert.deepEqual(ids(table.search('nova')), [1]);
});

test('what nobody types finds nothing and breaks nothing', () => {
  const table = loaded(rows);
  for (const text of ['', ' ', '\0', '\ud800', 'zzzz', 'x'.repeat(10_000_000), ' '.repeat(1_000_000), 'é'.repeat(500), '🙂'.repeat(300)]) {
    const hits = table.search(text);
    assert.deepEqual([hits.length, hits.total], [0, 0]);
  }
  assert.deepEqual(ids(table.search(`${' '.repeat(1_000_000)}acme`)), [2, 3]);
  assert.deepEqual(table.search('acme', 0), []);
  assert.equal(new Table('Companies').search('a').total, 0);
  for (const wrong of [[], [7], ['a', -1], ['a', 1.5], ['a', '5'], ['a', 5, null], ['a', 5, { typos: 1 }]]) {
    assert.throws(() => table.search(...wrong), TypeError, JSON.stringify(wrong));
  }
  table.free();
  assert.throws(() => table.search('a'), TypeError);
});

test('many rows: what a plain search finds, whatever is typed', () => {
  const words = 'Acme Nova Dental Straße Über Łódź North Systems Inc. O’Brien'.split(' ');
  const many = Array.from({ length: 20_000 }, (_, n) => ({ id: n + 1, companyName: `${words[n % 10]} ${words[(n * 7) % 9]} ${n * 7919 % 10_007}` }));
  const table = loaded(many);
  const fold = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replaceAll('ß', 'ss').replaceAll('ł', 'l').replaceAll('’', "'");
  for (const text of ['a', 'o', '7', 'no', 'ss', 'nova', 'system', 'uber', 'lodz', "o'b", 'inc. 99', 'dental nova 1', '9999', 'q']) {
    const expected = many.filter(({ companyName }) => text.split(' ').every((word) => fold(companyName).includes(word)));
    const hits = table.search(text, 100_000, { typos: false });
    assert.deepEqual(ids(hits).sort((a, b) => a - b), ids(expected), text);
    const few = table.search(text, 20, { typos: false });
    assert.deepEqual([...few], hits.slice(0, 20), text);
    assert.equal(few.total, expected.length, text);
  }
});
