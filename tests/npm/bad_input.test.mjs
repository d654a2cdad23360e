// Input that nobody should send: each is answered with an issue that says what and where.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Table, parseFilter, readFilter, readResponse, ready, validate } from 'autotask-crm';

await ready();
const bytes = (text) => new TextEncoder().encode(text);
const text = (filter) => parseFilter('Companies', filter);
const json = (filter) => readFilter('Companies', filter);
const rows = (page) => new Table('Companies').load(bytes(page));
const nodes = (node, count) => `[${Array(count).fill(node).join()}]`;

for (const [name, answer, code, place] of [
  ['10 MB of text', () => text('city = a or '.repeat(900_000)), 'filter.too_long'],
  ['10,000 parentheses', () => text(`${'('.repeat(10_000)}city = a${')'.repeat(10_000)}`), 'filter.too_deep', '1:32'],
  ['10,000 times not', () => text(`${'not '.repeat(10_000)}city = a`), 'filter.too_deep', '1:1'],
  ['bytes that are not UTF-8', () => json(new Uint8Array([0x5b, 0xff])), 'json.not_text'],
  ['2^53 + 1', () => text('id = 9007199254740993'), 'filter.value_type', '1:6'],
  ['2^64 in JSON', () => json('[{"op":"eq","field":"id","value":18446744073709551616}]'), 'filter.value_type', '1:34'],
  ['1e999', () => json('[{"op":"eq","field":"id","value":1e999}]'), 'json.syntax', '1:38'],
  ['NaN', () => text('surveyCompanyRating = NaN'), 'filter.value_type', '1:23'],
  ['NaN in JSON', () => json('[{"op":"eq","field":"id","value":NaN}]'), 'json.syntax', '1:34'],
  ['the year 0', () => text('createDate > 0000-01-01'), 'filter.bad_date', '1:14'],
  ['the year 0 in JSON', () => json('[{"op":"gt","field":"createDate","value":"0000-01-01T00:00:00Z"}]'), 'filter.value_type', '1:42'],
  ['half a page', () => rows('{"items":[{"id":1,"companyName":"A"},{"id":2,"compan'), 'json.syntax', '1:52'],
  ['a row without id', () => rows('{"items":[{"id":1},{"companyName":"x"}]}'), 'table.no_id', 'items[1]'],
  ['an unknown field', () => text('citty = a'), 'filter.unknown_field', '1:1'],
  ['an unknown field in JSON', () => json('[\n{"op":"eq","field":"citty","value":1}]'), 'filter.unknown_field', '2:20'],
  ['an unknown entity', () => parseFilter('Accounts', 'city = a'), 'filter.unknown_entity', 'entity'],
  ['100,000 brackets', () => json('['.repeat(100_000)), 'json.too_deep', '1:81'],
  ['10 MB of wrong conditions', () => json(nodes('{"op":"eqq","field":"city","value":1}', 250_000)), 'filter.unknown_operator', '1:8'],
  ['a row of 200,000 fields', () => ({ issues: validate('Companies', Object.fromEntries(Array.from({ length: 200_000 }, (_, n) => [`k${n}`, 1])), 'create') }), 'record.required', 'companyName'],
  ['half an answer', () => readResponse({ kind: 'query' }, 200, bytes('{"items":[{"id":1')), undefined],
]) {
  test(name, () => {
    const { issues, kind } = answer();
    if (code === undefined) {
      assert.equal(kind, 'malformed');
      return;
    }
    const [first] = issues;
    assert.equal(first.code, code);
    if (place) assert.equal(first.line ? `${first.line}:${first.column}` : first.path, place);
  });
}
