// What the proxy knows and the browser must not: its credentials are in no answer, no storage and no log.
import { expect, test } from './support/test';

/** The demo's credentials, plain and as they might hide. */
const SECRETS = ['sandbox-secret', 'SANDBOX-TRACKING-ID', 'api-user@sandbox.test'];
const forms = (text: string) => [
  text,
  encodeURIComponent(text),
  Buffer.from(text).toString('base64').replace(/=+$/, ''),
  Buffer.from(text).toString('hex'),
];

test('no credential reaches the browser', async ({ page, house }) => {
  const bodies: Promise<[string, Buffer]>[] = [];
  // Of a request that a navigation cuts off the body never comes, and nobody should wait for it.
  page.on('requestfinished', (request) => {
    const read = async (): Promise<[string, Buffer]> => {
      const response = await request.response();
      if (!response) return [request.url(), Buffer.alloc(0)];
      const body = await response.body().catch(() => Buffer.alloc(0));
      return [response.url(), Buffer.concat([Buffer.from(JSON.stringify(await response.allHeaders())), body])];
    };
    bodies.push(read());
  });
  for (const path of ['/companies', '/companies/0', '/hierarchy', '/onboarding/new', '/no-such-page']) {
    await page.goto(path);
    await page.waitForLoadState('networkidle');
  }
  // And when the other end is gone.
  await house.stopSandbox();
  await page.goto('/companies');
  await expect(page.getByText('The companies could not be loaded.')).toBeVisible();
  await house.startSandbox();

  const stored = await page.evaluate(() =>
    JSON.stringify([Object.entries(localStorage), Object.entries(sessionStorage), document.cookie, document.documentElement.outerHTML]),
  );
  const seen: [string, Buffer][] = [...(await Promise.all(bodies)), ['storage', Buffer.from(stored)], ['log', Buffer.from(house.proxyLog())]];
  expect(seen.length).toBeGreaterThan(20);
  for (const secret of SECRETS.flatMap(forms)) {
    const leaks = seen.filter(([, bytes]) => bytes.includes(secret)).map(([where]) => where);
    expect(leaks, `${secret} leaked`).toEqual([]);
  }
  // The search itself finds what is there.
  expect(seen.some(([, bytes]) => bytes.includes('CRM Workbench'))).toBe(true);
});
