// The package in Node: the wasm file is read from disk, so nothing need be passed to `ready`.
import { readFile } from 'node:fs/promises';
import { setDefaultSource } from './api.js';

setDefaultSource(() => readFile(new URL('./autotask_wasm_bg.wasm', import.meta.url)));

export * from './api.js';
