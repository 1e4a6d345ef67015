// The page's half. `post` sends JSON to the back end and answers its JSON, a refusal's too.

// A browser answers one request at a time: the one that waits for autofill ends before another begins.
let waiting = new AbortController();
function interrupt() {
  waiting.abort();
  waiting = new AbortController();
  return waiting.signal;
}

async function create(options) {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  return (await navigator.credentials.create({ publicKey, signal: interrupt() })).toJSON();
}

async function get(options, mediation) {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return (await navigator.credentials.get({ publicKey, mediation, signal: interrupt() })).toJSON();
}

// On the sign-in page, as it loads: <input name="username" autocomplete="username webauthn">
async function autofill() {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  try {
    await tell(await post("/signed-in", await get(await post("/sign-in", {}), "conditional")));
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

// By a button: with a name, or without one.
async function signIn(name) {
  await tell(await post("/signed-in", await get(await post("/sign-in", { name }))));
}

// The purpose says what is confirmed: "add-passkey", "delete-passkey" and its id, "prescribe" and what.
async function confirm(purpose) {
  await post("/confirmed", await get(await post("/confirm", { purpose })));
}

// The first passkey of an account; for others, `confirm("add-passkey")` before.
async function register() {
  await tell(await post("/registered", await create(await post("/register", {}))));
}

// On the settings page, after `confirm("delete-passkey " + id)`.
async function remove(id) {
  await tell(await post("/delete", { id }));
}

// Passkey providers are told what is accepted, where the browser can tell them.
async function tell(answer) {
  if (answer.allAcceptedCredentials) {
    await PublicKeyCredential.signalAllAcceptedCredentials?.(answer.allAcceptedCredentials);
  }
  if (answer.unknownCredential) {
    await PublicKeyCredential.signalUnknownCredential?.(answer.unknownCredential);
  }
}
