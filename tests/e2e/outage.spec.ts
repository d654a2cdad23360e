// The other end goes away and comes back: a clear error, nothing lost, and on it goes.
import { expect, test } from './support/test';

test('sandbox stopped: a clear error; started again: it works', async ({ page, house, checkAxe }) => {
  await house.stopSandbox();
  await page.goto('/companies');
  const alert = page.getByRole('alert').filter({ hasText: 'The companies could not be loaded.' });
  await expect(alert).toBeVisible();
  await expect(alert).toContainText(/cannot be reached/i);
  await checkAxe();
  await house.startSandbox();
  await alert.getByRole('button', { name: 'Retry' }).click();
  await expect(page.getByText(/^1,\d{3} companies$/)).toBeVisible();
  await expect(alert).toBeHidden();
});

test('gone in mid-walk: the rows so far stay, marked as partial, and the rest can be had', async ({ page, checkAxe }) => {
  // The third page of the walk is cut off on its way.
  let further = 0;
  await page.route('**/Companies/query/next?**', async (route) => {
    if (++further === 2) await route.abort('connectionreset');
    else await route.continue();
  });
  await page.goto('/companies?f=');
  await expect(page.getByText(/1,000 of 2,\d{3} companies loaded, then it stopped/)).toBeVisible();
  await expect(page.getByRole('grid', { name: 'Companies' })).toHaveAttribute('aria-rowcount', '1001');
  await checkAxe();
  await page.getByRole('button', { name: 'Load the rest' }).click();
  // Other journeys may have added companies: the count is the grid's own, and no row is there twice.
  const count = page.getByText(/^2,\d{3} companies$/);
  await expect(count).toBeVisible();
  const rows = Number((await count.textContent())?.replace(/\D/g, ''));
  await expect(page.getByRole('grid', { name: 'Companies' })).toHaveAttribute('aria-rowcount', String(rows + 1));
});

test('the code of a page cannot be fetched: said in its place, and tried again', async ({ page, checkAxe }) => {
  let isCut = true;
  await page.route(/\/company-[0-9a-f]+\.wasm$/, async (route) => {
    if (isCut) await route.abort('connectionreset');
    else await route.continue();
  });
  await page.goto('/companies');
  await page.getByRole('grid', { name: 'Companies' }).getByRole('link').first().click();
  const alert = page.getByRole('alert').filter({ hasText: 'The page Company could not be loaded.' });
  await expect(alert).toBeVisible();
  await checkAxe();
  // The way there is in the history: back and forth works without the page.
  await page.goBack();
  await expect(page.getByRole('grid', { name: 'Companies' })).toBeVisible();
  await page.goForward();
  await expect(alert).toBeVisible();
  isCut = false;
  await alert.getByRole('button', { name: 'Retry' }).click();
  await expect(page.getByRole('heading', { name: 'Contacts' })).toBeVisible();
  await expect(alert).toBeHidden();
});
