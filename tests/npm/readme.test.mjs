// The examples of the README, run as they are written.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

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
  if (index === 0) continue;
  test(title, async () => {
    const expected = [...code.matchAll(/\/\/ → (.*)$/gm)].map(([, line]) => line);
    assert.ok(expected.length > 0, 'an example says what it prints');
    assert.deepEqual((await runModule(index, code)).trimEnd().split('\n'), expected);
  });
}

const { AUTOTASK_CRM_BIN } = process.env;

test('the first example, against the sandbox', { skip: AUTOTASK_CRM_BIN ? false : 'AUTOTASK_CRM_BIN does not name the program `autotask-crm`' }, async () => {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'autotask-crm-'));
  const sandbox = spawn(AUTOTASK_CRM_BIN, ['sandbox', '--listen', `127.0.0.1:${port}`], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    await answering(`http://127.0.0.1:${port}/`, sandbox);
    const output = await runModule('first', examples[0].code.replace('127.0.0.1:8081', `127.0.0.1:${port}`));
    assert.match(output, /companyName.*city.*lastActivityDate/);
    assert.ok(output.split('\n').length > 5, output);
  } finally {
    sandbox.kill();
    await rm(folder, { recursive: true, force: true });
  }
});

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Waits until something answers, whatever it says. */
async function answering(url, program) {
  const end = Date.now() + 60_000;
  while (Date.now() < end) {
    assert.equal(program.exitCode, null, 'the sandbox ended by itself');
    if (await fetch(url).then(() => true, () => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  assert.fail('the sandbox does not answer');
}
