// Text that wants to be a script: whoever can write into the CRM, or gives themselves a name, can write it. And what must hold of
// every page on which it stands.
import type { Page } from '@playwright/test';
import { expect } from './test';

/** What each of them would do if it ran. */
const RUN = 'ran=1';

/** Ways in, from the lists that testers use, short enough for the fields. */
export const WAYS = [
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
export const STRINGS = BEFORE.flatMap((before) => WAYS.map((way) => before + way));

/** The text fields of the screens, and what they hold. */
export const COMPANY = { companyName: 100, companyNumber: 50, phone: 25, fax: 25, webAddress: 255, address1: 128, address2: 128, city: 30, state: 25, postalCode: 10 };
export const CONTACT = { firstName: 50, lastName: 50, title: 50, emailAddress: 254, phone: 25, mobilePhone: 25 };
export const SITE = { name: 100, address1: 128, city: 30, description: 200, phone: 25 };

/** A row in which each field has the next string, so that each string stands in each field of some row. */
export function row(fields: Record<string, number>, first: number): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([field, length], index) => [field, STRINGS[(first + index) % STRINGS.length].slice(0, length)]));
}

/** Nothing ran, nothing became an element, and links lead to the web, to mail and to phones only. */
export async function expectHarmless(page: Page): Promise<void> {
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
