// Prints what a benchmark measured, and keeps it in benches/RESULTS.md, a section for each benchmark.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';

const RESULTS = 'benches/RESULTS.md';
const HEAD = '# Results\n\nWhat `cargo xtask bench` measured last, a section for each benchmark. Times differ between machines; ratios less so.\n';

/** The value below which so many of a hundred lie. */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * share) / 100))];
}

/** `lines` are objects with the same keys; `notes` are sentences. */
export function report(name, title, lines, notes = []) {
  const keys = Object.keys(lines[0]);
  const row = (cells) => `| ${cells.join(' | ')} |`;
  const table = [row(keys), row(keys.map(() => '---')), ...lines.map((line) => row(keys.map((key) => line[key])))].join('\n');
  const facts = `${cpus().length} × ${cpus()[0].model.trim()}, Node ${process.versions.node}, ${new Date().toISOString().slice(0, 10)}`;
  const section = `## ${title}\n\n<!-- ${name} -->\n${table}\n\n${notes.map((note) => `- ${note}`).join('\n')}\n- ${facts}\n`;
  console.log(`\n${section}`);
  const before = existsSync(RESULTS) ? readFileSync(RESULTS, 'utf8') : HEAD;
  const sections = before.split(/^(?=## )/m).filter((one) => !one.includes(`<!-- ${name} -->`));
  writeFileSync(RESULTS, `${sections.map((one) => one.trimEnd()).join('\n\n')}\n\n${section}`);
}
