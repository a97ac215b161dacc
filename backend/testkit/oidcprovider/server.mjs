// Runs oidc-provider, a certified OpenID provider that shares no line with ours, for one client and a few accounts.
// Settings come as JSON in SETTINGS; the issuer is the first line of the output.
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { interactionPolicy, Provider } from "oidc-provider";

const { clientId, clientSecret, redirectUri, accounts } = JSON.parse(process.env.SETTINGS);
const server = createServer();
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const issuer = `http://127.0.0.1:${server.address().port}`;
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

// The desktop asks for a choice of accounts; whom the sign-in page asks anyway needs no page more.
const policy = interactionPolicy.base();
policy.add(new interactionPolicy.Prompt({ name: "select_account", requestable: true }), 0);

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: clientId,
      client_secret: clientSecret,
      application_type: "native",
      redirect_uris: [redirectUri],
      grant_types: ["authorization_code"],
      response_types: ["code"],
      token_endpoint_auth_method: "client_secret_post",
      id_token_signed_response_alg: "RS256",
    },
  ],
  jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), kid: randomUUID(), use: "sig", alg: "RS256" }] },
  cookies: { keys: [randomUUID()] },
  pkce: { required: () => true },
  scopes: ["openid", "email", "profile"],
  claims: { openid: ["sub"], email: ["email", "email_verified", "hd"], profile: ["name"] },
  conformIdTokenClaims: false, // Google puts an address asked for by scope into the ID token
  interactions: { policy },
  ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
  findAccount: (_, id) => {
    const account = accounts.find(({ login }) => login === id);
    return account && { accountId: id, claims: () => ({ ...account.claims, sub: id }) };
  },
});

provider.on("server_error", (_, error) => console.error(error));

const serve = provider.callback();
server.on("request", async (request, response) => {
  if (request.method === "GET" && /^\/interaction\/[^/]+$/.test(request.url)) {
    const { prompt } = await provider.interactionDetails(request, response).catch(() => ({}));
    if (prompt?.name === "select_account") {
      await provider.interactionFinished(request, response, { select_account: {} }, { mergeWithLastSubmission: true });
      return;
    }
  }
  serve(request, response);
});
console.log(issuer);
