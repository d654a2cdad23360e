// The `test` that journeys import: a running app to visit, and a page that fails the test when the browser complains.
//
//   import { test, expect } from './support/test';
//   test('a company is found by its name', async ({ page, checkAxe }) => {
//     await page.goto('/');
//     …
//     await checkAxe();
//   });
import AxeBuilder from '@axe-core/playwright';
import { test as base, expect, type Page } from '@playwright/test';
import { join } from 'node:path';
import { freePort, type Server, startProxy, startSandbox, temporaryFolder } from './servers';

export { expect };

/** What the journeys run against: always the same companies. */
const WORLD = { companies: 2000, seed: 7 };

/** The sandbox and the proxy before it. */
export interface House {
  /** The address of the app. */
  url: string;
  sandboxUrl: string;
  /** The sandbox's SQLite file. */
  database: string;
  stopSandbox(): Promise<void>;
  /** Starts the sandbox again, on the same port and with the same data. */
  startSandbox(): Promise<void>;
  /** What the proxy has written so far. */
  proxyLog(): string;
  /** What both have written so far. */
  log(): string;
}

interface TestFixtures {
  /** The address of the app; `page.goto('/')` goes there too. */
  app: string;
  /** Fails when axe finds a serious or critical violation on the page, or on another page of the same test. */
  checkAxe(on?: Page): Promise<void>;
  /** What the browser has complained about; the test fails at its end unless this is empty. */
  complaints: string[];
}

export const test = base.extend<TestFixtures, { house: House }>({
  house: [
    async ({}, use) => {
      const folder = temporaryFolder();
      const database = join(folder.path, 'sandbox.db');
      const port = await freePort();
      let sandbox: Server | undefined = await startSandbox(port, database, WORLD);
      const sandboxUrl = sandbox.url;
      const proxy = await startProxy(await freePort(), sandboxUrl);
      const house: House = {
        url: proxy.url,
        sandboxUrl,
        database,
        async stopSandbox() {
          await sandbox?.stop();
          sandbox = undefined;
        },
        async startSandbox() {
          sandbox ??= await startSandbox(port, database, WORLD);
        },
        proxyLog: () => proxy.log(),
        log: () => `proxy:\n${proxy.log()}\nsandbox, ${sandbox?.isRunning() ? 'running' : 'ended'}:\n${sandbox?.log()}`,
      };
      await use(house);
      await proxy.stop();
      await house.stopSandbox();
      folder.remove();
    },
    // The first test waits for a new world.
    { scope: 'worker', timeout: 180_000 },
  ],

  baseURL: async ({ house }, use) => use(house.url),

  app: async ({ house }, use) => use(house.url),

  complaints: async ({}, use) => {
    const complaints: string[] = [];
    await use(complaints);
    expect(complaints, 'the browser complained').toEqual([]);
  },

  context: async ({ context, complaints }, use) => {
    await context.exposeBinding('reportPolicyViolation', (_, text: string) => complaints.push(text));
    await context.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) => {
        const { violatedDirective, blockedURI, sourceFile, lineNumber } = event;
        const text = `content-security policy: ${violatedDirective} refused ${blockedURI} (${sourceFile}:${lineNumber})`;
        (window as unknown as { reportPolicyViolation(text: string): void }).reportPolicyViolation(text);
      });
    });
    context.on('console', (message) => {
      if (message.type() === 'error' && /content.security.policy/i.test(message.text())) complaints.push(message.text());
    });
    context.on('weberror', (error) => complaints.push(`uncaught: ${error.error().stack ?? error.error().message}`));
    await use(context);
  },

  checkAxe: async ({ page }, use) => {
    await use(async (on = page) => {
      const { violations } = await new AxeBuilder({ page: on }).analyze();
      const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical');
      const found = serious.map(
        ({ id, help, nodes }) => `${id}: ${help}\n${nodes.map(({ html, target }) => `  ${target}: ${html}`).join('\n')}`,
      );
      expect(found, 'axe found serious violations').toEqual([]);
    });
  },

  page: async ({ page, house }, use, info) => {
    // A journey that failed while the sandbox was stopped must not fail the next ones.
    await house.startSandbox();
    await use(page);
    if (info.status !== info.expectedStatus) await info.attach('servers', { body: house.log() });
  },
});
