// Quality: the corpus of the built-in rules through the package, and what audits answer to whatever they are given.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Schema, Table, audit, auditRules, ready } from 'autotask-crm';

const { FIXTURES } = process.env;
assert.ok(FIXTURES, 'FIXTURES names the folder tests/fixtures');
const corpus = JSON.parse(readFileSync(join(FIXTURES, 'quality.json'), 'utf8'));

await ready();
const schema = new Schema();
for (const [entity, { fields, userDefinedFields }] of Object.entries(corpus.metadata)) {
  assert.deepEqual(schema.load(entity, fields, userDefinedFields), []);
}
const context = { schema, now: corpus.now, zone: 'UTC' };
const table = (entity, rows) => {
  const table = new Table(entity);
  assert.deepEqual(table.load(new TextEncoder().encode(JSON.stringify(rows))).issues, []);
  return table;
};
const companies = (...rows) => table('Companies', rows);

/** Tables of the base rows and those of a case. */
function world(entity, { found = [], near = [], others = {} } = {}) {
  const rows = Object.fromEntries(Object.entries(corpus.base).map(([name, base]) => [name, [base]]));
  const add = (name, changes, id) => rows[name].push({ ...corpus.base[name], id, ...changes });
  found.forEach((changes, index) => add(entity, changes, 101 + index));
  near.forEach((changes, index) => add(entity, changes, 201 + index));
  for (const [name, list] of Object.entries(others)) for (const changes of list) add(name, changes);
  return Object.entries(rows).map(([name, list]) => table(name, list));
}

test('every built-in rule finds what it is for and nothing that is near', () => {
  const rules = auditRules();
  assert.deepEqual(rules.map(({ id }) => id), Object.keys(corpus.rules));
  for (const rule of rules) {
    const one = corpus.rules[rule.id];
    const { rules: [finding], issues } = audit(world(rule.entity, one), [rule], context);
    assert.deepEqual(issues, [], rule.id);
    assert.deepEqual([...finding.ids], one.found.map(({ id }, index) => id ?? 101 + index), rule.id);
    assert.equal(finding.count, finding.ids.length);
    assert.ok(finding.ids instanceof Float64Array);
  }
});

test('a good world has 100 points, and all rules run when none are given', () => {
  const report = audit(world('Companies'), undefined, context);
  assert.equal(report.score, 100);
  assert.equal(report.rules.length, auditRules().length);
  assert.deepEqual(report.issues, []);
  assert.deepEqual(report.owners, [{ owner: 4, rows: 4, clean: 4, errors: 0, warnings: 0, notices: 0, score: 100 }]);
});

test('rows that are the same come in groups', () => {
  const rows = companies({ id: 1, companyName: 'Acme', isActive: true }, { id: 2, companyName: 'Oak', isActive: true }, { id: 3, companyName: 'ACME, Inc.', isActive: true });
  const { rules: [finding] } = audit([rows], auditRules().filter(({ id }) => id === 'company.duplicates'));
  assert.deepEqual([[...finding.ids], finding.groups], [[1, 3], [[1, 3]]]);
});

test('related rows are found among the tables and in the context', () => {
  const rules = [{ id: 'a', entity: 'Contacts', severity: 'error', filter: 'company.city = Troy' }];
  const contacts = table('Contacts', [{ id: 1, companyID: 5 }, { id: 2, companyID: 6 }]);
  const rows = companies({ id: 5, city: 'Troy' }, { id: 6, city: 'Utica' });
  assert.deepEqual([...audit([contacts, rows], rules).rules[0].ids], [1]);
  const report = audit([contacts], rules, { tables: { Companies: rows } });
  assert.deepEqual([[...report.rules[0].ids], report.entities.map(({ entity }) => entity)], [[1], ['Contacts']]);
  assert.deepEqual(audit([contacts], rules).issues.map(({ code, path }) => [code, path]), [['filter.no_rows', 'a.filter']]);
});

test('what is wrong with rules and rows is answered, never thrown', () => {
  const rule = (id, more) => ({ id, entity: 'Companies', severity: 'error', ...more });
  const rules = [rule('a', { filter: 'citty is empty' }), rule('b', { filtr: 'x' }), rule('c', { filter: 'phone is empty' }), 7, null, rule('d', { filter: 'city = Troy' })];
  const { score, rules: [finding], issues } = audit([companies({ id: 1, city: 'Troy' })], rules);
  assert.deepEqual([finding.rule, finding.count, score], ['d', 1, 50]);
  assert.deepEqual(issues.map(({ code, path }) => `${code} ${path}`), [
    'quality.malformed rules[1].filtr', 'quality.malformed rules[3]', 'quality.malformed rules[4]',
    'filter.unknown_field a.filter', 'quality.not_loaded c.filter',
  ]);
  assert.deepEqual(audit([], []), { score: null, rules: [], entities: [], owners: [], issues: [] });
  assert.equal(audit([]).issues.length, auditRules().length, 'without tables no rule runs');
  assert.throws(() => audit({}), TypeError);
  assert.throws(() => audit([{}]), TypeError);
  assert.throws(() => audit([], {}), TypeError);
  const freed = companies({ id: 1 });
  freed.free();
  assert.throws(() => audit([freed]), TypeError);
});

test('fifty thousand companies', () => {
  const rows = companies(...Array.from({ length: 50_000 }, (_, id) => ({ ...corpus.base.Companies, id: id + 1, companyName: `Juniper ${id} Bakery`, phone: id % 2 ? null : '518 555 0100' })));
  const { rules } = audit([rows], undefined, context);
  const { count, of, ids } = rules.find(({ rule }) => rule === 'company.phone');
  assert.deepEqual([count, of, ids[0], ids.at(-1)], [25_000, 50_000, 2, 50_000]);
});
