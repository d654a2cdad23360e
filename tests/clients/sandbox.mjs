// Starts the sandbox as a process of its own, with more companies than fit on one page; where AUTOTASK_CRM_THROUGH is `token`,
// with the proxy before it, to which a user signs in, who makes a token: then `login` and `url` are for that.
import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const COMPANIES = 700;

/** How long making the world may take. */
const READY_WITHIN = 60_000;

/** What an integration needs to sign in; the sandbox's own defaults. */
export const login = { user: 'api-user@sandbox.test', secret: 'sandbox-secret', code: 'SANDBOX-TRACKING-ID' };

/** Whether calls go through the proxy. */
export const isThroughProxy = process.env.AUTOTASK_CRM_THROUGH === 'token';

/** A running sandbox; `url` is what Autotask's zone information would answer. */
export async function startSandbox() {
  const program = process.env.AUTOTASK_CRM_BIN;
  assert.ok(program, 'AUTOTASK_CRM_BIN names the program `autotask-crm`; type `cargo xtask test --only clients`');
  if (isThroughProxy) return startProxy(program);
  const args = ['sandbox', '--listen', '127.0.0.1:0', '--companies', String(COMPANIES), '--seed', '7'];
  const { address, child } = await start(program, args, /^Sandbox: (\S+)$/m);
  return { url: address, stop: () => child.kill() };
}

/** The same behind the proxy, with a user's token in `login`. */
async function startProxy(program) {
  const folder = mkdtempSync(join(tmpdir(), 'autotask-crm-'));
  const store = join(folder, 'store.db');
  const [user, password] = ['ed@example.com', 'correct horse battery'];
  const add = ['user', 'add', user, '--name', 'Ed', '--role', 'editor'];
  execFileSync(program, add, { input: password, env: { ...process.env, AUTOTASK_CRM_STORE: store } });
  const ports = ['--port', '0', '--sandbox-port', '0', '--no-open'];
  const args = ['demo', ...ports, '--companies', String(COMPANIES), '--database', ':memory:', '--users', store];
  const { address, child } = await start(program, args, /^CRM workbench: (\S+)$/m);
  const headers = { 'X-Requested-With': 'autotask-crm', 'Content-Type': 'application/json' };
  const post = async (path, body, cookie) => {
    const request = { method: 'POST', headers: { ...headers, ...cookie }, body: JSON.stringify(body) };
    const response = await fetch(new URL(path, address), request);
    assert.ok(response.ok, `${path}: ${response.status}`);
    return response;
  };
  const signedIn = await post('api/session', { login: user, password });
  const cookie = { Cookie: signedIn.headers.getSetCookie()[0].split(';')[0] };
  const { token } = await (await post('api/tokens', { name: 'integration', days: 1 }, cookie)).json();
  Object.assign(login, { user, secret: token, code: 'ANYTHING' });
  const stop = () => {
    child.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    child.kill();
  };
  return { url: `${address}ATServicesRest/`, stop };
}

/** Starts the program and waits for the line with its address. */
async function start(program, args, line) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const address = await new Promise((done, fail) => {
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
      const address = line.exec(said)?.[1];
      if (address) {
        clearTimeout(patience);
        done(address);
      }
    });
  });
  return { address, child };
}
