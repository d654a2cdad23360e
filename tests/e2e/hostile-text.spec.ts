// Text that wants to be a script: whoever can write into the CRM can write such names. It is shown as the text it is, on every
// screen, and no link leads where only the text says.
import type { Page } from '@playwright/test';
import { join } from 'node:path';
import { call } from './support/sandbox';
import { freePort, type Server, startProxy, startSandbox, temporaryFolder } from './support/servers';
import { expect, test } from './support/test';

/** What each of them would do if it ran. */
const RUN = 'ran=1';

/** Ways in, from the lists that testers use, short enough for the fields. */
const WAYS = [
  `<script>${RUN}</script>`, `<img src=x onerror=${RUN}>`, `<svg onload=${RUN}>`, `<svg/onload=${RUN}//`, `<iframe srcdoc="<script>${RUN}">`,
  `<body onload=${RUN}>`, `<details open ontoggle=${RUN}>`, `<input autofocus onfocus=${RUN}>`, `<video><source onerror=${RUN}>`,
  `<math><a xlink:href=javascript:${RUN}>x`, `<a href=javascript:${RUN}>x</a>`, `<style>@import'//x'</style>`, `<base href=//x/>`,
  `<object data=javascript:${RUN}>`, `<embed src=javascript:${RUN}>`, `<form action=javascript:${RUN}><button>`, `<marquee onstart=${RUN}>`,
  `<template><script>${RUN}</script></template>`, `<link rel=stylesheet href=//x>`, `<meta http-equiv=refresh content=0;//x>`,
  `javascript:${RUN}`, `JaVaScRiPt:${RUN}`, ` javascript:${RUN}`, `java\tscript:${RUN}`, `data:text/html,<script>${RUN}</script>`, `vbscript:${RUN}`,
  `{{constructor.constructor('${RUN}')()}}`, `\${${RUN}}`, `&lt;script&gt;${RUN}&lt;/script&gt;`, `%3Cscript%3E${RUN}%3C/script%3E`,
];
/** What would have to end first. */
const BEFORE = ['', '">', `'>`, '</title>', '</textarea>', '--> '];
const STRINGS = BEFORE.flatMap((before) => WAYS.map((way) => before + way));

/** The text fields of the screens, and what they hold. */
const COMPANY = { companyName: 100, companyNumber: 50, phone: 25, fax: 25, webAddress: 255, address1: 128, address2: 128, city: 30, state: 25, postalCode: 10 };
const CONTACT = { firstName: 50, lastName: 50, title: 50, emailAddress: 254, phone: 25, mobilePhone: 25 };
const SITE = { name: 100, address1: 128, city: 30, description: 200, phone: 25 };

/** A row in which each field has the next string, so that each string stands in each field of some row. */
function row(fields: Record<string, number>, first: number): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([field, length], index) => [field, STRINGS[(first + index) % STRINGS.length].slice(0, length)]));
}

let folder: ReturnType<typeof temporaryFolder>;
let sandbox: Server;
let proxy: Server;
const ids: number[] = [];

test.beforeAll(async () => {
  test.setTimeout(240_000);
  folder = temporaryFolder();
  sandbox = await startSandbox(await freePort(), join(folder.path, 'sandbox.db'), { companies: 1, seed: 7 });
  proxy = await startProxy(await freePort(), sandbox.url);
  const house = { sandboxUrl: sandbox.url };
  const make = async (path: string, body: object) => Number((await call(house, 'POST', path, body)).itemId);
  for (const first of STRINGS.keys()) {
    const company = await make('/Companies', { ...row(COMPANY, first), companyType: 1, ownerResourceID: 29682885, ...(ids.length > 0 && { parentCompanyID: ids[0] }) });
    ids.push(company);
    await make(`/Companies/${company}/Contacts`, { ...row(CONTACT, first + 3), companyID: company, isActive: 1 });
    await make(`/Companies/${company}/Locations`, { ...row(SITE, first + 5), companyID: company, isActive: true });
  }
});

test.afterAll(async () => {
  await proxy?.stop();
  await sandbox?.stop();
  folder?.remove();
});

/** Nothing ran, nothing became an element, and links lead to the web, to mail and to phones only. */
async function expectHarmless(page: Page): Promise<void> {
  const found = await page.evaluate(() => {
    const out: string[] = [];
    if ('ran' in window) out.push('a script ran');
    for (const element of document.querySelectorAll('*')) {
      const name = element.tagName.toLowerCase();
      if (['iframe', 'object', 'embed', 'base', 'marquee', 'math', 'video', 'template', 'img'].includes(name)) out.push(element.outerHTML.slice(0, 200));
      for (const { name: attribute, value } of element.attributes) {
        if (attribute.startsWith('on')) out.push(`${name} ${attribute}=${value}`);
        const isAddress = ['href', 'src', 'action', 'formaction', 'xlink:href', 'data'].includes(attribute);
        if (isAddress && !['http:', 'https:', 'mailto:', 'tel:'].includes(new URL(value, document.baseURI).protocol)) out.push(`${name} ${attribute}=${value}`);
      }
    }
    return out;
  });
  expect(found, page.url()).toEqual([]);
}

test('a list, its search and its filter show it as text', async ({ page }) => {
  await page.goto(`${proxy.url}/companies`);
  const grid = page.getByRole('grid', { name: 'Companies' });
  await expect(page.locator('.resultbar strong')).toHaveText(/^1\d\d companies$/);
  await expect(grid.getByText(STRINGS[0], { exact: true }).first()).toBeVisible();
  await grid.getByRole('rowheader').first().focus();
  await page.keyboard.press('Control+Home');
  for (let step = 0; step < 12; step += 1) {
    await expectHarmless(page);
    await page.keyboard.press('PageDown');
  }
  const search = page.getByRole('searchbox', { name: 'Search these companies' });
  for (const text of [WAYS[0], WAYS[1], WAYS[10]]) {
    await search.fill(text);
    await expect(grid.locator('mark').first()).toBeVisible();
    await expectHarmless(page);
  }
});

test('companies with it in every field show it as text', async ({ page }) => {
  test.setTimeout(240_000);
  // Ten fields a row and one string further in each row: every tenth row has every string once.
  for (const [index, id] of ids.entries()) {
    if (index % 10 > 0) continue;
    await page.goto(`${proxy.url}/companies/${id}`);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText(row(COMPANY, index).companyName.trim().replace(/\s+/g, ' '));
    await expect(page.getByText(row(CONTACT, index + 3).lastName.trim().replace(/\s+/g, ' ')).first()).toBeVisible();
    await expectHarmless(page);
  }
});

test('the other pages show it as text', async ({ page }) => {
  test.setTimeout(240_000);
  for (const path of ['/hierarchy', '/quality', '/onboarding', '/changes']) {
    await page.goto(proxy.url + path);
    await page.waitForLoadState('networkidle');
    await expectHarmless(page);
  }
  await page.goto(`${proxy.url}/quality`);
  const rules = page.locator('a[href^="/quality/"]');
  await expect(rules.first()).toBeVisible();
  const addresses = await rules.evaluateAll((all) => [...new Set(all.map((a) => (a as HTMLAnchorElement).href))]);
  for (const address of addresses) {
    await page.goto(address);
    await page.waitForLoadState('networkidle');
    await expectHarmless(page);
  }
  // A client who is called so is looked for among those who are there.
  await page.goto(`${proxy.url}/onboarding/new`);
  await page.getByLabel('Company name').fill(STRINGS[1]);
  await page.waitForLoadState('networkidle');
  await expectHarmless(page);
});

test('addresses with it in them show it as text', async ({ page }) => {
  test.setTimeout(240_000);
  for (const text of WAYS) {
    const written = encodeURIComponent(text);
    for (const path of [`/companies/${written}`, `/companies?q=${written}`, `/companies?filter=${written}`, `/quality/${written}`, `/${written}`]) {
      const answer = await page.goto(proxy.url + path);
      // What has a dot in it is a file to the server, and there is none: it says so in JSON.
      if (answer?.status() === 404) expect(answer.headers()['content-type']).toBe('application/json; charset=utf-8');
      else await expect(page.getByRole('heading', { level: 1 }).first()).toBeVisible();
      await expectHarmless(page);
    }
  }
});
