// What a good JavaScript developer would write: rows normalised once, five blocking keys in Maps, pairs scored with
// fastest-levenshtein. Answers pairs of ids.
import { distance } from 'fastest-levenshtein';

const FORM = /\s+(incorporated|inc|llc|limited|ltd|corporation|corp|gmbh|company|co|group|holdings)$/;
const ACCENTS = /[^\x00-\x7f]/;
const plain = (text) => {
  const small = (text ?? '').toLowerCase();
  return ACCENTS.test(small) ? small.normalize('NFD').replace(/[\u0300-\u036f]/g, '') : small;
};
const phoneOf = (text) => (text ?? '').replace(/\D/g, '').slice(-10);
const likeness = (a, b) => {
  const longest = Math.max(a.length, b.length);
  // Too different in length to pass: no need to measure.
  if (longest === 0 || Math.abs(a.length - b.length) > longest * 0.3) return 0;
  return a === b ? 1 : 1 - distance(a, b) / longest;
};

/** A block that so many rows share says nothing. */
const BLOCK_MAX = 100;

function pairsOf(items, keysOf, isSame) {
  const blocks = new Map();
  for (let at = 0; at < items.length; at++) {
    for (const key of keysOf(items[at])) {
      const block = blocks.get(key);
      if (block) block.push(at);
      else blocks.set(key, [at]);
    }
  }
  const seen = new Set();
  const pairs = [];
  for (const block of blocks.values()) {
    if (block.length < 2 || block.length > BLOCK_MAX) continue;
    for (let i = 0; i < block.length; i++) {
      for (let j = i + 1; j < block.length; j++) {
        const key = block[i] * items.length + block[j];
        if (seen.has(key)) continue;
        seen.add(key);
        const [a, b] = [items[block[i]], items[block[j]]];
        if (isSame(a, b)) pairs.push([a.id, b.id]);
      }
    }
  }
  return pairs;
}

export function companyPairs(rows) {
  const items = rows.map((row) => {
    const name = plain(row.companyName).replace(/\./g, '').replace(/[^a-z0-9]+/g, ' ').trim().replace(FORM, '');
    const domain = (row.webAddress ?? '').toLowerCase().replace(/^https?:\/\//, '').replace(/^www\./, '').split('/')[0];
    return { id: row.id, name, phone: phoneOf(row.phone), domain, city: row.city, postalCode: row.postalCode };
  });
  const keys = ({ name, phone, domain, postalCode }) => {
    const all = [`n${name}`, `a${name.slice(0, 5)}${postalCode}`, `z${name.slice(-6)}${postalCode}`];
    if (phone) all.push(`p${phone}`);
    if (domain) all.push(`d${domain}`);
    return all;
  };
  return pairsOf(items, keys, (a, b) => {
    const name = likeness(a.name, b.name);
    if (name < 0.7) return false;
    let score = name;
    if (a.phone && b.phone) score += a.phone === b.phone ? 0.4 : -0.2;
    if (a.domain && b.domain) score += a.domain === b.domain ? 0.4 : -0.2;
    if (a.postalCode && b.postalCode) score += a.postalCode === b.postalCode ? 0.2 : -0.1;
    return score >= 1;
  });
}

export function contactPairs(rows) {
  const items = rows.map((row) => ({
    id: row.id,
    first: plain(row.firstName).replace(/[^a-z]/g, ''),
    last: plain(row.lastName).replace(/[^a-z]/g, ''),
    email: (row.emailAddress ?? '').trim().toLowerCase(),
    mobile: phoneOf(row.mobilePhone),
    phone: phoneOf(row.phone),
    company: row.companyID,
  }));
  const keys = ({ first, last, email, mobile, phone, company }) => {
    const all = [`l${last}${company}`, `f${first}${company}`];
    if (email) all.push(`e${email}`);
    if (mobile) all.push(`m${mobile}`);
    if (phone) all.push(`p${phone}${last.slice(0, 2)}`);
    return all;
  };
  return pairsOf(items, keys, (a, b) => {
    const last = likeness(a.last, b.last);
    if (last < 0.6) return false;
    const [short, long] = a.first.length < b.first.length ? [a.first, b.first] : [b.first, a.first];
    const first = long.startsWith(short) ? 1 : likeness(short, long);
    let score = (first + last) / 2;
    if (a.email && b.email) score += a.email === b.email ? 0.4 : -0.2;
    if (a.mobile && b.mobile) score += a.mobile === b.mobile ? 0.3 : -0.2;
    score += a.company === b.company ? 0.1 : -0.3;
    return score >= 0.95;
  });
}
