// Load made by wrk, whose own time is small beside any server's: Node's client alone takes 2 ms to read a megabyte.
import { execFile, execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Ends the benchmark in words when a program is missing: the other benchmarks need none. */
export function leaveOutWithout(programs, packages) {
  for (const program of programs) {
    try {
      execFileSync('sh', ['-c', `command -v ${program} || test -x /usr/sbin/${program}`], { stdio: 'ignore' });
    } catch {
      console.log(`left out, as ${program} is missing; on Debian: apt-get install ${packages}`);
      process.exit(0);
    }
  }
}

/** Lua's way to write any text. */
export const lua = (text) => `"${[...Buffer.from(text)].map((byte) => `\\${String(byte).padStart(3, '0')}`).join('')}"`;

/** Writes a script for wrk: `lines` say what is asked, the end prints what `load` reads. Returns its path. */
export function script(file, lines) {
  writeFileSync(file, `${lines}
    done = function(summary, latency)
      local e = summary.errors
      io.write(string.format("RESULT %d %d %d %d %d %d\\n", summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
        summary.bytes, e.status + e.connect + e.read + e.write + e.timeout))
    end`);
  return file;
}

/**
 * What one thread of wrk sees, times in microseconds. An answer of 400 or above ends the benchmark, and so do answers shorter
 * than `least` bytes: they are others than those that were compared.
 */
export async function load(address, file, { connections, seconds, least, env = process.env }) {
  const { stdout } = await run('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '-s', file, address], { env });
  const [requests, duration, p50, p99, bytes, bad] = /RESULT (\d+) (\d+) (\d+) (\d+) (\d+) (\d+)/.exec(stdout).slice(1).map(Number);
  if (bad > 0 || requests === 0) throw new Error(`${address}: ${bad} of ${requests} were refused`);
  if (bytes / requests < least) throw new Error(`${address}: ${requests} answers have ${bytes} bytes, not ${least} each`);
  return { perSecond: (requests * 1e6) / duration, p50, p99 };
}
