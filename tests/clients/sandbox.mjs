// Starts the sandbox as a process of its own, with more companies than fit on one page.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';

export const COMPANIES = 700;

/** How long making the world may take. */
const READY_WITHIN = 60_000;

/** What an integration needs to sign in; the sandbox's own defaults. */
export const login = { user: 'api-user@sandbox.test', secret: 'sandbox-secret', code: 'SANDBOX-TRACKING-ID' };

/** A running sandbox; `url` is what Autotask's zone information would answer. */
export async function startSandbox() {
  const program = process.env.AUTOTASK_CRM_BIN;
  assert.ok(program, 'AUTOTASK_CRM_BIN names the program `autotask-crm`; type `cargo xtask test --only clients`');
  const args = ['sandbox', '--listen', '127.0.0.1:0', '--companies', String(COMPANIES), '--seed', '7'];
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise((done, fail) => {
    let said = '';
    const give = (why) => {
      child.kill();
      fail(new Error(`the sandbox ${why}: ${said}`));
    };
    const patience = setTimeout(() => give('did not start in time'), READY_WITHIN);
    child.once('error', (error) => give(error.message));
    child.once('exit', () => give('ended by itself'));
    child.stdout.on('data', (data) => {
      said += data;
      const address = /^Sandbox: (\S+)$/m.exec(said)?.[1];
      if (address) {
        clearTimeout(patience);
        done(address);
      }
    });
  });
  return { url, stop: () => child.kill() };
}
