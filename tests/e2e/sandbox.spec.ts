// The sandbox's own page: how to point a client at it, what came, and the switches.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CREDENTIALS, noFaults } from './support/sandbox';
import { expect, test } from './support/test';

const run = promisify(execFile);

test.afterEach(async ({ house }) => {
  await noFaults(house);
  await fetch(`${house.sandboxUrl}/_sandbox/settings`, { method: 'PATCH', body: '{"strict": false}' });
});

test('the examples run as they are shown', async ({ page, house }) => {
  await page.goto(house.sandboxUrl);
  for (const [language, program, flags] of [
    ['curl', 'sh', ['-c']],
    ['Python', 'python3', ['-c']],
    ['Node', process.execPath, ['--input-type=module', '-e']],
  ] as const) {
    await page.getByRole('tab', { name: language }).click();
    const example = await page.getByRole('tabpanel', { name: language }).innerText();
    const output = await run(program, [...flags, example]).catch((error) => {
      // A machine may lack curl or Python; Node is what runs this.
      if (error.code !== 'ENOENT' && error.code !== 127) throw error;
      test.info().annotations.push({ type: 'not there', description: language });
    });
    if (output || language === 'Node') expect(output?.stdout, language).toMatch(/A[a-z]/);
  }
});

test('a request is seen, and a fault is switched on and off', async ({ page, house, checkAxe }) => {
  await page.goto(house.sandboxUrl);
  await expect(page.getByText('Running', { exact: true })).toBeVisible();
  await expect(page.getByRole('definition').filter({ hasText: /^251$/ })).toBeVisible();
  await checkAxe();
  await page.getByRole('combobox', { name: /^Fault/ }).selectOption('tooManyRequests');
  await page.getByLabel('retryAfter').fill('7');
  await page.getByLabel('Entity').selectOption('Countries');
  await page.getByRole('button', { name: 'Switch on' }).click();
  await expect(page.getByText('{"fault": "tooManyRequests", "entity": "Countries", "retryAfter": 7}')).toBeVisible();
  const answer = await fetch(`${house.sandboxUrl}/ATServicesRest/V1.0/Countries/237`, { headers: CREDENTIALS });
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '7']);
  const line = page.getByRole('row', { name: /Countries\/237 429/ });
  await expect(line).toContainText('tooManyRequests');
  await expect(page.getByText('struck 1 time')).toBeVisible();
  await checkAxe();
  await page.getByRole('button', { name: 'Switch off' }).click();
  await expect(page.getByText('Nothing is switched on.')).toBeVisible();
  await page.getByLabel('Strict').check();
  await expect
    .poll(async () => (await (await fetch(`${house.sandboxUrl}/_sandbox/settings`)).json()).strict)
    .toBe(true);
  await page.getByRole('button', { name: 'Let 10 things happen' }).click();
  await expect(page.getByText(/^(an? [a-z ()]+, ){9}an? [a-z ()]+\.$/)).toBeVisible();
  await page.setViewportSize({ width: 320, height: 700 });
  const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  expect(overflow, 'nothing is wider than a phone').toBeLessThanOrEqual(0);
});
