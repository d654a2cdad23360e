// The published types, so that a change of them shows in review. `types.ts` beside this is compiled before the tests run.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import * as crm from 'autotask-crm';

test('the types are those of the snapshot', async () => {
  const published = await readFile(new URL('index.d.ts', import.meta.resolve('autotask-crm')), 'utf8');
  const snapshot = await readFile(new URL('index.d.ts.snap', import.meta.url), 'utf8');
  assert.equal(published, snapshot, 'if this is meant: cp crates/wasm/npm/index.d.ts tests/npm/index.d.ts.snap');
});

test('what is declared is there, and the reverse', async () => {
  const types = await readFile(new URL('index.d.ts', import.meta.resolve('autotask-crm')), 'utf8');
  const declared = [...types.matchAll(/^export (?:function|class|const) (\w+)/gm)].map(([, name]) => name);
  const internal = ['setDefaultSource'];
  assert.deepEqual(Object.keys(crm).filter((name) => !internal.includes(name)).sort(), declared.sort());
  for (const [, name, body] of types.matchAll(/^export class (\w+) (?:extends Error )?\{\n(.*?)^\}/gms)) {
    const members = [...body.matchAll(/^  (?:static |readonly )*(\w+)[(:]/gm)].map(([, member]) => member).filter((member) => member !== 'constructor');
    const object = name === 'AutotaskCrmError' ? new crm.AutotaskCrmError('a', 'b') : undefined;
    for (const member of members) assert.ok((object && member in object) || member in crm[name].prototype || member in crm[name], `${name}.${member}`);
  }
});
