// The page's half. `post` sends JSON to the back end and answers its JSON.

async function register() {
  const options = PublicKeyCredential.parseCreationOptionsFromJSON(await post("/register"));
  const credential = await navigator.credentials.create({ publicKey: options });
  await post("/registered", credential.toJSON());
}

// On the sign-in page, as it loads: <input name="username" autocomplete="username webauthn">
async function autofill() {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  const options = PublicKeyCredential.parseRequestOptionsFromJSON(await post("/sign-in"));
  const credential = await navigator.credentials.get({ publicKey: options, mediation: "conditional" });
  await finish(await post("/signed-in", credential.toJSON()));
}

// By a button: with a name, or without one.
async function signIn(name) {
  const options = PublicKeyCredential.parseRequestOptionsFromJSON(await post("/sign-in", { name }));
  const credential = await navigator.credentials.get({ publicKey: options });
  await finish(await post("/signed-in", credential.toJSON()));
}

// Passkey providers are told what is accepted, where the browser can tell them.
async function finish(answer) {
  if (answer.allAcceptedCredentials) {
    await PublicKeyCredential.signalAllAcceptedCredentials?.(answer.allAcceptedCredentials);
  }
  if (answer.unknownCredential) {
    await PublicKeyCredential.signalUnknownCredential?.(answer.unknownCredential);
  }
}
