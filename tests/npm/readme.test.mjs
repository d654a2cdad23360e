// The examples of the README, run as they are written.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { skip, withSandbox } from './sandbox.mjs';

/** Where the README's examples think that the sandbox is. */
const SANDBOX = '127.0.0.1:8081';

const run = promisify(execFile);
const readme = await readFile(new URL('README.md', import.meta.resolve('autotask-crm')), 'utf8');
const examples = readme.split(/^## /m).flatMap((section) => {
  const title = section.split('\n', 1)[0];
  return [...section.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => ({ title, code }));
});

/** Runs a module of this project in a Node of its own. */
async function runModule(name, code) {
  const file = join(import.meta.dirname, `example-${name}.mjs`);
  await writeFile(file, code);
  try {
    return (await run(process.execPath, [file], { timeout: 120_000 })).stdout;
  } finally {
    await rm(file);
  }
}

test('the README has its examples', () => assert.ok(examples.length >= 6, String(examples.length)));

for (const [index, { title, code }] of examples.entries()) {
  const isServed = code.includes(SANDBOX);
  test(`${index}: ${title.slice(0, 60)}`, { skip: isServed && skip }, async () => {
    const expected = [...code.matchAll(/\/\/ → (.*)$/gm)].map(([, line]) => line);
    const output = isServed ? await withSandbox((port) => runModule(index, code.replace(SANDBOX, `127.0.0.1:${port}`))) : await runModule(index, code);
    if (index > 0) {
      assert.ok(expected.length > 0, 'an example says what it prints');
      assert.deepEqual(output.trimEnd().split('\n'), expected);
    } else {
      assert.match(output, /companyName.*city.*lastActivityDate/);
      assert.ok(output.split('\n').length > 5, output);
    }
  });
}
