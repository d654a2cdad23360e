// The same sequence through the proxy, signed in with a user's personal access token in the place of `Secret`.
process.env.AUTOTASK_CRM_THROUGH = 'token';
await import('./apigrate.test.mjs');
