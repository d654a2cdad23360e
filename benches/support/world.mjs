// Companies, contacts, damaged copies and forests for the benchmarks, the same ones for a seed.
// Deterministic generator for Autotask-like companies and contacts (mulberry32, seed given).
// companies(n, seed) -> array of row objects; dupCompanies(n, seed, rate) -> rows + truth pairs; tree(n, seed, maxDepth)
export function rng(seed) { let a = seed >>> 0; return () => { a = (a + 0x6D2B79F5) | 0; let t = Math.imul(a ^ (a >>> 15), 1 | a); t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t; return ((t ^ (t >>> 14)) >>> 0) / 4294967296; }; }
const A = 'Acme Global North River Summit Blue Iron Pine Vertex Nova Delta Harbor Stone Bright Clear Metro Royal Silver Golden Atlas Orion Apex Prime Union Liberty Coastal Valley Cedar Maple Falcon Eagle Phoenix Titan Zenith Quantum Pixel Cyber Data Cloud Net Med Bio Agri Eco Terra Aqua Aero Auto Omni Trans Inter'.split(' ');
const B = 'Systems Solutions Logistics Dental Medical Law Partners Consulting Bakery Foods Motors Industries Technologies Networks Security Energy Builders Realty Insurance Finance Capital Design Media Print Textiles Plastics Steel Labs Pharma Clinic School Academy Church Hotel Travel Freight Marine Farms Plumbing Electric Roofing Hardware Optics Robotics Software Analytics Studios Brewing Coffee Sports'.split(' ');
const SUF = ['Inc', 'Inc.', 'LLC', 'Ltd', 'Ltd.', 'Corp', 'GmbH', 'Co', 'Group', 'Holdings', '', ''];
const CITY = 'Springfield,Albany,Troy,Utica,Buffalo,Boston,Denver,Austin,Dallas,Houston,Phoenix,Tucson,Seattle,Portland,Chicago,Detroit,Cleveland,Columbus,Atlanta,Miami,Tampa,Orlando,London,Leeds,Bristol,München,Köln,Zürich,Montréal,Toronto'.split(',');
const SYL = 'ba be bi bo bu ca ce co da de di do fa fe fi ga ge go ha he ho ja jo ka ke ki la le li lo ma me mi mo na ne ni no pa pe po ra re ri ro sa se si so ta te ti to va ve vi wa we za zo'.split(' ');
const FN = 'James Mary John Patricia Robert Jennifer Michael Linda William Elizabeth David Barbara Richard Susan Joseph Jessica Thomas Sarah Charles Karen Anna Peter Laura Simon Julia Mark Emma Paul Nina Oscar'.split(' ');
const pad = (x, k) => String(x).padStart(k, '0');
const word = (r) => { let s = ''; const k = 2 + (r() * 3 | 0); for (let i = 0; i < k; i++) s += SYL[r() * SYL.length | 0]; return s[0].toUpperCase() + s.slice(1); };
const day = 86400000, T0 = Date.UTC(2010, 0, 1), T1 = Date.UTC(2026, 0, 1);
const iso = (ms) => new Date(ms).toISOString();
export function companies(n, seed = 20260101) {
  const r = rng(seed), out = new Array(n);
  for (let i = 0; i < n; i++) {
    const w = word(r), a = A[r() * A.length | 0], b = B[r() * B.length | 0], s = SUF[r() * SUF.length | 0];
    const name = [a, w, b, s].filter(Boolean).join(' ');
    const cd = T0 + (r() * (T1 - T0));
    const la = cd + r() * (T1 - cd);
    out[i] = {
      id: 1000 + i, companyName: name, companyNumber: r() < .7 ? 'C' + pad(i, 7) : null,
      companyType: 1 + (r() * 8 | 0), classification: r() < .8 ? 1 + (r() * 20 | 0) : null,
      isActive: r() < .85, ownerResourceID: 29682800 + (r() * 200 | 0), territoryID: 1 + (r() * 40 | 0),
      parentCompanyID: i > 0 && r() < .2 ? 1000 + (r() * i | 0) : null,
      city: CITY[r() * CITY.length | 0], postalCode: pad(r() * 99999 | 0, 5), countryID: 1 + (r() * 237 | 0),
      phone: `(${pad(200 + r() * 799 | 0, 3)}) ${pad(200 + r() * 799 | 0, 3)}-${pad(r() * 9999 | 0, 4)}`,
      webAddress: r() < .75 ? `https://www.${(a + w).toLowerCase()}${i % 97}.com` : '',
      createDate: iso(cd), lastActivityDate: iso(la), annualRevenue: Math.round(r() * 1e9) / 100,
      additionalAddressInformation: r() < .3 ? `Suite ${1 + (r() * 900 | 0)}` : null,
    };
  }
  return out;
}
const typo = (r, s) => { if (s.length < 4) return s; const i = 1 + (r() * (s.length - 2) | 0); const k = r() * 4 | 0;
  if (k === 0) return s.slice(0, i) + s.slice(i + 1); if (k === 1) return s.slice(0, i) + s[i + 1] + s[i] + s.slice(i + 2);
  if (k === 2) return s.slice(0, i) + 'abcdefghijklmnopqrstuvwxyz'[r() * 26 | 0] + s.slice(i); return s.slice(0, i) + 'abcdefghijklmnopqrstuvwxyz'[r() * 26 | 0] + s.slice(i + 1); };
// rate of rows that are damaged copies of an earlier row; 1-2 damages each; truth = pairs [idA,idB]
export function dupCompanies(n, seed = 20260102, rate = 0.1) {
  const r = rng(seed + 7), m = Math.floor(n * (1 - rate)), base = companies(m, seed), out = base.slice(), truth = [], by = new Map();
  for (let i = m; i < n; i++) {
    const src = base[r() * m | 0], c = { ...src, id: 1000 + i }, k = 1 + (r() * 2 | 0);
    for (let j = 0; j < k; j++) switch (r() * 6 | 0) {
      case 0: case 1: c.companyName = typo(r, c.companyName); break;
      case 2: c.companyName = c.companyName.replace(/ (Inc\.?|LLC|Ltd\.?|Corp|GmbH|Co|Group|Holdings)$/, '') + [', Inc.', ' L.L.C.', ' Limited', ''][r() * 4 | 0]; break;
      case 3: c.phone = '+1 ' + c.phone.replace(/\D/g, '').replace(/(...)(...)(....)/, '$1.$2.$3'); break;
      case 4: c.webAddress = ''; break;
      case 5: c.companyName = c.companyName.toUpperCase(); c.phone = ''; break;
    }
    out.push(c); const g = by.get(src.id) || [src.id]; for (const x of g) truth.push([x, c.id]); g.push(c.id); by.set(src.id, g); // closed: copies of one row match each other too
  }
  return { rows: out, truth };
}
export function contacts(n, comps, seed = 20260103) {
  const r = rng(seed), out = new Array(n);
  for (let i = 0; i < n; i++) { const f = FN[r() * FN.length | 0], l = word(r), c = comps[r() * comps.length | 0];
    out[i] = { id: 500000 + i, companyID: c.id, firstName: f, lastName: l, emailAddress: r() < .9 ? `${f}.${l}@${(c.webAddress || 'https://www.mail.com').slice(12)}`.toLowerCase() : '', phone: c.phone, mobilePhone: r() < .4 ? `+1${pad(r() * 9999999999, 10).slice(0, 10)}` : '', isActive: r() < .9 ? 1 : 0, title: r() < .5 ? 'Manager' : null, createDate: iso(T0 + r() * (T1 - T0)) }; }
  return out;
}
// The same for people: 1-2 damages each, at the company of the original; every company has one switchboard number.
const SHORT = { James: 'Jim', Patricia: 'Pat', Robert: 'Bob', Jennifer: 'Jenny', Michael: 'Mike', William: 'Bill', Elizabeth: 'Liz', David: 'Dave', Susan: 'Sue', Joseph: 'Joe', Thomas: 'Tom', Charles: 'Charlie' };
export function dupContacts(n, seed = 20260105, rate = 0.1) {
  const r = rng(seed + 7), m = Math.floor(n * (1 - rate)), base = contacts(m, companies(Math.ceil(n / 5), seed + 1), seed), out = base.slice(), truth = [], by = new Map();
  for (let i = m; i < n; i++) {
    const src = base[r() * m | 0], c = { ...src, id: 500000 + i }, k = 1 + (r() * 2 | 0);
    for (let j = 0; j < k; j++) switch (r() * 7 | 0) {
      case 0: c.lastName = typo(r, c.lastName); break;
      case 1: c.firstName = typo(r, c.firstName); break;
      case 2: c.firstName = SHORT[c.firstName] ?? c.firstName[0] + '.'; break;
      case 3: c.emailAddress = ''; break;
      case 4: c.emailAddress = c.emailAddress.toUpperCase(); c.mobilePhone = ''; break;
      case 5: c.phone = '+1 ' + c.phone.replace(/\D/g, '').replace(/(...)(...)(....)/, '$1.$2.$3'); break;
      case 6: c.firstName = c.firstName.toUpperCase(); c.lastName = c.lastName.toUpperCase(); c.phone = ''; break;
    }
    out.push(c); const g = by.get(src.id) || [src.id]; for (const x of g) truth.push([x, c.id]); g.push(c.id); by.set(src.id, g);
  }
  return { rows: out, truth };
}
// forest: 1% roots, preferential-ish parent among earlier nodes, shuffled order; cyc = number of 3-cycles injected
export function tree(n, seed = 20260104, cyc = 0) {
  const r = rng(seed), a = new Array(n);
  for (let i = 0; i < n; i++) a[i] = { id: 1000 + i, parentId: i < n / 100 || r() < .002 ? null : 1000 + (r() * i | 0), v: Math.round(r() * 1e6) / 100 };
  for (let c = 0; c < cyc; c++) { const b = 10 + (r() * (n - 20) | 0); a[b].parentId = a[b + 1].id; a[b + 1].parentId = a[b + 2].id; a[b + 2].parentId = a[b].id; }
  for (let i = n - 1; i > 0; i--) { const j = r() * (i + 1) | 0; const t = a[i]; a[i] = a[j]; a[j] = t; }
  return a;
}
export const QUERIES = {
  Q1: { op: 'eq', field: 'isActive', value: true },                                                         // ~85%
  Q2: { op: 'contains', field: 'companyName', value: 'dent' },                                              // ~2-3 %
  Q3: { op: 'and', items: [{ op: 'eq', field: 'isActive', value: true }, { op: 'in', field: 'companyType', value: [1, 3, 5] }, { op: 'gt', field: 'lastActivityDate', value: '2025-06-01T00:00:00.000Z' }] },
  Q4: { op: 'and', items: [{ op: 'eq', field: 'isActive', value: true }, { op: 'or', items: [{ op: 'contains', field: 'companyName', value: 'solu' }, { op: 'beginsWith', field: 'city', value: 'Spr' }, { op: 'in', field: 'ownerResourceID', value: Array.from({ length: 40 }, (_, i) => 29682800 + i * 5) }] }, { op: 'gt', field: 'createDate', value: '2020-01-01T00:00:00.000Z' }, { op: 'notExist', field: 'parentCompanyID' }] },
  Q5: { op: 'beginsWith', field: 'companyName', value: 'acme' },
};
