// A sandbox of a test's own: `autotask-crm sandbox` on a free port, in a folder that goes away with it.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { AUTOTASK_CRM_BIN } = process.env;

/** Why tests that call a sandbox are skipped; false where they are not. */
export const skip = AUTOTASK_CRM_BIN ? false : 'AUTOTASK_CRM_BIN does not name the program `autotask-crm`';

/** Starts a sandbox, runs `work` with its port, and ends it. */
export async function withSandbox(work) {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'autotask-crm-'));
  const sandbox = spawn(AUTOTASK_CRM_BIN, ['sandbox', '--listen', `127.0.0.1:${port}`], { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    await answering(`http://127.0.0.1:${port}/`, sandbox);
    return await work(port);
  } finally {
    sandbox.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

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
