// How the journeys run: one browser at a time, patient with slow machines, with a trace to look at after a failure.
import { defineConfig } from '@playwright/test';

const isRoot = process.getuid?.() === 0;

export default defineConfig({
  testDir: '.',
  outputDir: '../../target/e2e',
  // The journeys share one sandbox, and a run has two cores.
  workers: 1,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [['list']],
  use: {
    headless: true,
    locale: 'en-US',
    timezoneId: 'UTC',
    viewport: { width: 1280, height: 800 },
    actionTimeout: 20_000,
    navigationTimeout: 60_000,
    trace: 'retain-on-failure',
    screenshot: 'only-on-failure',
    launchOptions: {
      // `cargo xtask test` names the browser of this machine; without it Playwright looks for its own.
      executablePath: process.env.CHROME,
      args: [
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--disable-background-networking',
        // Chromium refuses its sandbox to root, as which tests run in containers.
        ...(isRoot ? ['--no-sandbox'] : []),
      ],
    },
  },
});
