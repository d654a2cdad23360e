// Starts the sandbox and the proxy as two processes, so that a journey can stop one of them and start it again.
//
//   browser ──► proxy (AUTOTASK_CRM_BIN demo --sandbox-url …, serves APP_DIST) ──► sandbox (… sandbox)
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** How long a server may take to answer its first request; a new world is generated before it does. */
const READY_WITHIN = 60_000;

/** How long a server may take to end by itself after it was asked to. */
const STOPPED_WITHIN = 10_000;

/** A running server. */
export interface Server {
  url: string;
  /** What it has written so far, to standard output and standard error. */
  log(): string;
  isRunning(): boolean;
  /** Ends it and waits until its port is free. */
  stop(): Promise<void>;
}

export interface World {
  /** How many companies a new sandbox has; each run of a seed gives the same ones. */
  companies: number;
  seed: number;
}

/** Starts the sandbox on this port; its data is in `database`, and is kept when it is stopped. */
export function startSandbox(port: number, database: string, world: World): Promise<Server> {
  const url = `http://127.0.0.1:${port}`;
  const args = ['sandbox', '--listen', `127.0.0.1:${port}`, '--database', database];
  args.push('--companies', String(world.companies), '--seed', String(world.seed));
  return start(args, url, `${url}/ATServicesRest/V1.0/Version`);
}

/** Starts the proxy in demo mode in front of a sandbox that runs by itself; it serves the app too. `more` are further flags. */
export function startProxy(port: number, sandboxUrl: string, ...more: string[]): Promise<Server> {
  const url = `http://127.0.0.1:${port}`;
  const args = ['demo', '--sandbox-url', sandboxUrl, '--port', String(port)];
  args.push('--app', resolve(setting('APP_DIST')), '--no-open', ...more);
  return start(args, url, `${url}/api/health`);
}

/** Runs a command of the binary with this text on its standard input, and answers what it prints. */
export function runCommand(args: string[], variables: Record<string, string>, input = ''): Promise<string> {
  return new Promise((done, fail) => {
    const env = { ...process.env, ...variables };
    const child = spawn(resolve(setting('AUTOTASK_CRM_BIN')), args, { stdio: ['pipe', 'pipe', 'pipe'], env });
    let text = '';
    child.stdout.on('data', (chunk) => (text += chunk));
    child.stderr.on('data', (chunk) => (text += chunk));
    child.once('error', fail);
    child.once('close', (code) => (code === 0 ? done(text) : fail(new Error(`${args.join(' ')}: ${text}`))));
    child.stdin.end(input);
  });
}

/** A port on which nothing listens. */
export function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const server = createServer();
    server.once('error', fail);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
}

/** A folder that `remove` deletes, for databases and for what the servers keep of their own. */
export function temporaryFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'autotask-crm-e2e-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

async function start(args: string[], url: string, probe: string): Promise<Server> {
  const program = resolve(setting('AUTOTASK_CRM_BIN'));
  const home = temporaryFolder();
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], env: homeless(home.path) });
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  child.stderr.on('data', (chunk) => (text += chunk));
  const ended = new Promise<void>((done) => {
    child.once('error', (error) => {
      text += `${error.message}\n`;
      done();
    });
    child.once('exit', () => done());
  });
  const stop = async () => {
    await end(child, ended);
    home.remove();
  };
  try {
    await ready(probe, ended);
  } catch (error) {
    await stop();
    throw new Error(`${(error as Error).message}: ${program} ${args.join(' ')}\n${text}`);
  }
  return { url, log: () => text, isRunning: () => child.exitCode === null && child.signalCode === null, stop };
}

/** Polls until the server answers at all: what it answers is for the journeys to judge. */
async function ready(probe: string, ended: Promise<void>): Promise<void> {
  let hasEnded = false;
  void ended.then(() => (hasEnded = true));
  const deadline = Date.now() + READY_WITHIN;
  while (Date.now() < deadline) {
    if (hasEnded) throw new Error('the server ended before it was ready');
    try {
      const answer = await fetch(probe, { signal: AbortSignal.timeout(5_000) });
      await answer.arrayBuffer();
      return;
    } catch {
      await sleep(50);
    }
  }
  throw new Error(`the server did not answer ${probe} within ${READY_WITHIN / 1000} s`);
}

async function end(child: ChildProcess, ended: Promise<void>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
  const patience = setTimeout(() => child.kill('SIGKILL'), STOPPED_WITHIN);
  await ended;
  clearTimeout(patience);
}

/** The environment without the person's own folders and settings, so that a test neither reads nor changes them. */
function homeless(home: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('AUTOTASK_'));
  return {
    ...Object.fromEntries(kept),
    HOME: home,
    XDG_DATA_HOME: home,
    XDG_CONFIG_HOME: home,
    XDG_STATE_HOME: home,
    LOCALAPPDATA: home,
    APPDATA: home,
  };
}

function setting(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; type \`cargo xtask test --only journeys\``);
  return value;
}
