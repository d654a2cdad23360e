// A key in the search over 100,000 companies, in the app as it is served, in a headless browser: what the browser's own
// `event` entries say from the key to the next picture, and from the key until the rows are in the page.
// Goal: 50 ms at the 95th percentile. Beside it the same keys in an empty page, which is what the machine itself takes.
import { execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';
import { percentile, report } from './support/report.mjs';

const COMPANIES = 100_000;
const GOAL = 50;
/** Typed and taken back key by key: common and rare words, two words, digits, a mistake. */
const WORDS = ['spring', 'acme', 'health care', 'zürich', '555', 'bakery', 'qzx', 'northern l', 'holdigns', 'denver'];
/** Between two keys: a quick typist. */
const PAUSE = 120;

const { AUTOTASK_CRM_BIN: server, APP_DIST: app, CHROME: executablePath } = process.env;
if (!server || !app || !executablePath) throw new Error('cargo xtask bench keystroke builds the app and names it');

const child = spawn(server, ['demo', '--no-open', '--no-limits', '--port', '0', '--database', ':memory:', '--companies', `${COMPANIES}`, '--app', app]);
child.stderr.pipe(process.stderr);
async function address() {
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^CRM workbench: (http\S+?)\/?$/.exec(line)?.[1];
    if (url) return url;
  }
  throw new Error('the demo ended');
}

/** Notes each key's `event` entry, and how long the page's own work for it took. */
function observe() {
  globalThis.seen = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      if (entry.name !== 'keydown' && entry.name !== 'input') continue;
      globalThis.seen.push({ name: entry.name, start: entry.startTime, duration: entry.duration, work: entry.processingEnd - entry.startTime });
    }
  }).observe({ type: 'event', durationThreshold: 16, buffered: true });
}

/** Types all words and takes them back, and returns what each key took; a key below the threshold of 16 ms counts as 16. */
async function type(page, check) {
  await page.evaluate(observe);
  let keys = 0;
  for (const word of WORDS) {
    for (const key of word) {
      await page.keyboard.type(key);
      keys += 1;
      await sleep(PAUSE);
    }
    await check(word);
    for (const _ of word) {
      await page.keyboard.press('Backspace');
      keys += 1;
      await sleep(PAUSE);
    }
  }
  await sleep(500);
  const seen = await page.evaluate(() => globalThis.seen);
  // One entry for a key: the longest of its events, which begin within a frame of each other.
  const times = new Map();
  for (const { start, duration } of seen) {
    const near = [...times.keys()].find((known) => Math.abs(known - start) < PAUSE / 2);
    times.set(near ?? start, Math.max(times.get(near) ?? 0, duration));
  }
  return [...times.values(), ...Array(Math.max(0, keys - times.size)).fill(16)];
}

const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking'] });
try {
  const url = await address();
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await page.goto(`${url}/companies`);
  const count = page.locator('.resultbar strong');
  await page.waitForFunction(() => /^[\d,]{6,} companies$/.test(document.querySelector('.resultbar strong')?.textContent ?? ''), undefined, { timeout: 600_000 });
  const all = await count.textContent();
  await page.getByRole('searchbox', { name: 'Search these companies' }).click();
  // The code of the search is fetched, and the index is made.
  await page.keyboard.type('warm');
  await sleep(3000);
  for (const _ of 'warm') await page.keyboard.press('Backspace');
  await sleep(1000);
  const found = [];
  const ours = await type(page, async (word) => found.push(`${word}: ${await count.textContent()}`));
  const empty = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  await empty.setContent('<input autofocus>');
  await empty.locator('input').click();
  const floor = await type(empty, async () => {});
  const line = (what, times) => ({
    what, keys: times.length, 'p50 ms': percentile(times, 50), 'p95 ms': percentile(times, 95), 'most ms': Math.max(...times),
  });
  const p95 = percentile(ours, 95);
  report('keystroke', 'A key in the search over 100,000 companies, in the browser', [
    { ...line(`the app, ${all}`, ours), [`goal p95 < ${GOAL}`]: p95 < GOAL ? 'met' : `missed by ${p95 - GOAL}` },
    { ...line('an empty page with a text field', floor), [`goal p95 < ${GOAL}`]: '' },
  ], [
    '`event` entries of the browser, from the key to the next picture; the browser rounds them to 8 ms and does not tell those under 16, which count as 16',
    `found: ${found.join('; ')}`,
  ]);
} finally {
  await browser.close();
  child.kill('SIGTERM');
}
