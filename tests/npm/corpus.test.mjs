// The files of tests/fixtures through the package: the same loop as in the core's own tests.
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Schema, Table, buildRequest, parseFilter, planFilter, printFilter, readFilter, ready, validate } from 'autotask-crm';

const { FIXTURES } = process.env;
assert.ok(FIXTURES, 'FIXTURES names the folder tests/fixtures');
const files = (folder, extension) => readdirSync(join(FIXTURES, folder)).filter((name) => name.endsWith(extension));
const content = (folder, name) => readFileSync(join(FIXTURES, folder, name));

await ready();
const schema = new Schema();
assert.deepEqual(schema.load('Companies', undefined, content('records', 'CompaniesUserDefinedFields.json')), []);
const tables = {};
for (const entity of ['Companies', 'Contacts']) {
  tables[entity] = new Table(entity, { schema });
  assert.deepEqual(tables[entity].load(content('records', `${entity}.json`)).issues, []);
}

/** As the README of the fixtures describes the format. */
function readCase(text) {
  const found = {};
  let key;
  for (const line of text.split('\n').filter((line) => line && !line.startsWith('#'))) {
    if (line.startsWith('  ')) {
      found[key] += `\n${line.slice(2)}`;
    } else {
      key = line.slice(0, line.indexOf(':'));
      found[key] = line.slice(key.length + 1).trim();
    }
  }
  return found;
}

/** What all files are read and run with; the zone is five hours behind UTC. */
const context = {
  schema,
  tables,
  now: '2026-11-21T12:00:00Z',
  zone: 'Etc/GMT+5',
  me: 29682885,
  resolved: { 'Maria Lopez': 29682886, 'United States': 237 },
};

const list = (text) => (text ?? '').split(',').map((part) => part.trim()).filter(Boolean);
const place = ({ code, line, column, path }) => `${code}@${path ?? `${line}:${column}`}`;

/** The files count characters, JavaScript counts UTF-16 units. */
function inUnits(issue, text) {
  const [, code, line, column] = /^(.*)@(\d+):(\d+)$/.exec(issue) ?? [];
  if (!code) return issue;
  const before = [...text.split('\n')[line - 1]].slice(0, column - 1).join('');
  return `${code}@${line}:${before.length + 1}`;
}

for (const name of files('filters', '.filter')) {
  test(name, () => {
    const { entity, filter: text, json, matches, server, issues } = readCase(content('filters', name).toString());
    const answers = [];
    if (text !== undefined) answers.push(parseFilter(entity, text, context));
    if (json !== undefined) answers.push(readFilter(entity, json, context), readFilter(entity, Buffer.from(json), context));
    for (const answer of answers) {
      assert.deepEqual(answer.issues.map(place), list(issues).map((issue) => inUnits(issue, text ?? '')));
      assert.deepEqual(answer.unresolved, []);
      assert.deepEqual(answer.filter, answers[0].filter, 'text and JSON mean the same');
      if (matches === undefined) continue;
      const ids = list(matches).map(Number);
      const printed = printFilter(entity, answer.filter, context);
      assert.equal(printFilter(entity, parseFilter(entity, printed, context).filter, context), printed);
      for (const filter of [answer.filter, answer.text, printed]) {
        assert.deepEqual([...tables[entity].filter(filter, context).ids()], ids, JSON.stringify(filter));
      }
      const plan = planFilter(entity, answer.filter, context);
      assert.deepEqual(plan.issues, []);
      if (server !== undefined) assert.deepEqual(plan.server, JSON.parse(server));
    }
    if (matches === undefined) {
      const given = text ?? JSON.parse(json);
      // Anything but a text or an array is a wrong call, not a wrong filter.
      if (typeof given !== 'string' && !Array.isArray(given)) return;
      assert.throws(() => tables[entity].filter(given, context), { name: 'AutotaskCrmError', code: list(issues)[0].split('@')[0] });
    }
  });
}

/** A request as the files write it: a query always as if by POST. */
function asSent({ method, path, body }, wasGet) {
  const [bare, search] = path.split('?search=');
  return { method: search && !wasGet ? 'POST' : method, path: bare, body: JSON.parse(search ? decodeURIComponent(search) : body) };
}

for (const name of files('requests', '.json')) {
  test(`request ${name}`, () => {
    const { given, entity, sent, issues } = JSON.parse(content('requests', name));
    let operation;
    if (sent.path.endsWith('/query')) {
      const query = readFilter(entity, given.body ?? given.path, context);
      assert.deepEqual(query.issues.map(place), issues);
      operation = { kind: 'query', entity, filter: given.body?.filter ?? query.filter, context };
    } else {
      operation = { kind: given.method === 'POST' ? 'create' : 'update', entity, record: given.body, context };
      assert.deepEqual(validate(entity, given.body, operation.kind, context).filter(({ severity }) => severity === 'error'), []);
    }
    const request = buildRequest(operation);
    assert.deepEqual(request.issues.map(place), issues);
    assert.deepEqual(asSent(request, given.method === 'GET'), sent);
  });
}

for (const name of files('records', '.json').filter((name) => /^[a-z]/.test(name))) {
  test(name, () => {
    const { entity, mode, record, expect } = JSON.parse(content('records', name));
    const found = validate(entity, record, mode, context);
    const seen = found.map(({ code, path, message }, index) => (expect[index]?.message ? { code, path, message } : { code, path }));
    assert.deepEqual(seen, expect);
  });
}
