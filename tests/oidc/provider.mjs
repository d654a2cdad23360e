// A certified OpenID provider with one person, who signs in by herself. Ends when its input does.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const REDIRECT = 'https://crm.example.com/api/sign-in/callback';
/** The client whose person says no. */
const DECLINING = 'declining';

const person = { sub: 'ada-1', email: 'ada@msp.test', email_verified: true, name: 'Ada Lovelace' };

const client = (client_id, more) => ({ client_id, redirect_uris: [REDIRECT], grant_types: ['authorization_code'], ...more });

const jwk = (kid, type, options) => ({ kid, use: 'sig', ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }) });

/** The provider at this address. */
const provider = (issuer) =>
  new Provider(issuer, {
    clients: [
      client('basic', { client_secret: 'a secret/1:+%', token_endpoint_auth_method: 'client_secret_basic' }),
      client('post', {
        client_secret: 'another secret',
        token_endpoint_auth_method: 'client_secret_post',
        id_token_signed_response_alg: 'ES256',
      }),
      client('public', { token_endpoint_auth_method: 'none' }),
      client(DECLINING, { token_endpoint_auth_method: 'none' }),
    ],
    clientAuthMethods: process.argv.includes('--post') ? ['client_secret_post', 'none'] : ['client_secret_basic', 'client_secret_post', 'none'],
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256'] },
    jwks: { keys: [jwk('rsa', 'rsa', { modulusLength: 2048 }), jwk('ec', 'ec', { namedCurve: 'P-256' })] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
    // As Entra ID does: who it is stands in the id token.
    conformIdTokenClaims: false,
    cookies: { keys: ['for this run'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/sign-in/${interaction.uid}` },
    pkce: { required: () => true },
    findAccount: (_, accountId) => ({ accountId, claims: () => person }),
    // Consent is given before it is asked for.
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope('openid email profile');
      await grant.save();
      return grant;
    },
  });

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const own = provider(issuer);
  const answer = own.callback();
  server.on('request', async (request, response) => {
    if (!request.url.startsWith('/sign-in/')) return answer(request, response);
    const { params } = await own.interactionDetails(request, response);
    const says = params.client_id === DECLINING ? { error: 'access_denied' } : { login: { accountId: person.sub } };
    return own.interactionFinished(request, response, says);
  });
  console.log(`Provider: ${issuer}`);
});
process.stdin.resume().on('end', () => process.exit());
