// The package in browsers and bundlers: the wasm file lies beside this one and is fetched.
export * from './api.js';
