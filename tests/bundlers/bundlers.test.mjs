// The README's examples in a browser: built and served by the tools that people use, and on a page without any.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { chromium } from 'playwright-core';
import * as vite7 from 'vite-7';
import * as vite8 from 'vite';
import webpack from 'webpack';

const { CHROME, AUTOTASK_CRM_BIN } = process.env;
assert.ok(CHROME, 'CHROME names the browser');
assert.ok(AUTOTASK_CRM_BIN, 'AUTOTASK_CRM_BIN names the program `autotask-crm`');

const installed = join(import.meta.dirname, 'node_modules', 'autotask-crm');
const readme = await readFile(join(installed, 'README.md'), 'utf8');
const examples = [...readme.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code);
/** What the examples print; the first says it in no comment, since it shows a table of made-up rows. */
const printed = examples.flatMap((code) => [...code.matchAll(/\/\/ → (.*)$/gm)].map(([, line]) => line));

let browser;
let sandbox;
let address;

before(async () => {
  assert.ok(examples.length >= 6 && printed.length > 10);
  const isRoot = process.getuid?.() === 0;
  const args = ['--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking', ...(isRoot ? ['--no-sandbox'] : [])];
  browser = await chromium.launch({ executablePath: CHROME, args });
});

// A world of its own for each: the examples make a client, who is there the next time.
beforeEach(async () => {
  address = undefined;
  sandbox = spawn(AUTOTASK_CRM_BIN, ['sandbox', '--listen', '127.0.0.1:0', '--companies', '50'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  sandbox.stdout.on('data', (data) => (said += data));
  const end = Date.now() + 60_000;
  while (!address) {
    assert.ok(Date.now() < end && sandbox.exitCode === null, `the sandbox did not start: ${said}`);
    address = /127\.0\.0\.1:\d+/.exec(said)?.[0];
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
});

afterEach(() => sandbox?.kill());
after(() => browser?.close());

/** An empty project with the package installed and the examples as modules that run one after the other. */
async function project(extra = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'autotask-crm-'));
  await mkdir(join(folder, 'src'));
  await cp(installed, join(folder, 'node_modules', 'autotask-crm'), { recursive: true });
  const written = examples.map((code) => code.replaceAll('127.0.0.1:8081', address));
  await Promise.all(written.map((code, index) => writeFile(join(folder, 'src', `example-${index}.js`), code)));
  const imports = written.map((_, index) => `await import('./example-${index}.js');\n`).join('');
  await writeFile(join(folder, 'src', 'main.js'), `${imports}console.log('the end');\n`);
  for (const [name, text] of Object.entries({ 'package.json': '{"type":"module"}', ...extra })) await writeFile(join(folder, name), text);
  return folder;
}

const page = (script, head = '') => `<!doctype html><meta charset="utf-8"><title>Examples</title><link rel="icon" href="data:,">${head}<script type="module" src="${script}"></script>`;

/** Opens a page and compares what it prints with what the README says. */
async function check(url) {
  const tab = await browser.newPage();
  const lines = [];
  const wrong = [];
  let tables = 0;
  try {
    tab.on('pageerror', (error) => wrong.push(String(error)));
    tab.on('requestfailed', (request) => wrong.push(`${request.url()} ${request.failure()?.errorText}`));
    tab.on('response', (response) => response.status() >= 400 && wrong.push(`${response.url()} ${response.status()}`));
    const ended = new Promise((resolve) => {
      tab.on('console', (message) => {
        if (message.type() === 'error') wrong.push(message.text());
        else if (message.type() === 'table') tables += 1;
        else if (message.text() === 'the end') resolve();
        else if (message.type() === 'log') lines.push(message.text());
      });
    });
    await tab.goto(url);
    const late = new Promise((_, reject) => {
      setTimeout(() => reject(new Error(`no end: ${lines.join('\n')} ${wrong.join('\n')}`)), 60_000).unref();
    });
    await Promise.race([ended, late]);
    assert.deepEqual(wrong, []);
    assert.equal(tables, 1, 'the first example shows its rows');
    assert.deepEqual(lines, printed);
  } finally {
    await tab.close();
  }
}

const types = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };

/** Serves a folder as any web server does, and runs something meanwhile. */
async function served(folder, work) {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, 'http://x').pathname).replace(/\/$/, '/index.html');
    try {
      const content = await readFile(join(folder, path));
      response.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream' }).end(content);
    } catch {
      response.writeHead(404).end();
    }
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    await work(`http://127.0.0.1:${server.address().port}/`);
  } finally {
    server.close();
  }
}

/** The README's one setting, as it is written there. */
const setting = /^ *export default (\{ optimizeDeps.*\});$/m.exec(readme)?.[1];

for (const [name, vite, optimizeDeps] of [
  ['Vite 8', vite8, {}],
  ['Vite 7', vite7, Function(`return ${setting}`)().optimizeDeps],
]) {
  test(`${name}, built`, async () => {
    const folder = await project({ 'index.html': page('/src/main.js') });
    try {
      await vite.build({ root: folder, configFile: false, logLevel: 'warn', build: { target: 'es2022' } });
      await served(join(folder, 'dist'), check);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test(`${name}, in development`, async () => {
    const folder = await project({ 'index.html': page('/src/main.js') });
    const server = { host: '127.0.0.1', port: 0 };
    const dev = await vite.createServer({ root: folder, configFile: false, logLevel: 'warn', optimizeDeps, server, cacheDir: join(folder, 'cache') });
    try {
      await dev.listen();
      await check(`http://127.0.0.1:${dev.httpServer.address().port}/`);
    } finally {
      await dev.close();
      await rm(folder, { recursive: true, force: true });
    }
  });
}

test('webpack 5', async () => {
  const folder = await project();
  try {
    const output = { path: join(folder, 'dist'), filename: 'main.js', publicPath: '/' };
    const stats = await new Promise((resolve, reject) => {
      webpack({ context: folder, mode: 'production', entry: './src/main.js', output, experiments: { outputModule: true } }, (error, done) =>
        error ? reject(error) : resolve(done),
      );
    });
    assert.equal(stats.hasErrors(), false, stats.toString());
    await writeFile(join(folder, 'dist', 'index.html'), page('/main.js'));
    await served(join(folder, 'dist'), check);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('a plain page', async () => {
  const map = { imports: { 'autotask-crm': '/node_modules/autotask-crm/index.js' } };
  const folder = await project({ 'index.html': page('/src/main.js', `<script type="importmap">${JSON.stringify(map)}</script>`) });
  try {
    await served(folder, check);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
