// The page of the portal. `post(path, value)` sends JSON to the back end and returns the JSON of the answer, also of a refusal.

// A browser handles one request at a time, so this ends the one that waits for autofill before another starts.
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

// Call it when the sign-in page loads. The page needs <input name="username" autocomplete="username webauthn">
async function autofill() {
  if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
  try {
    await tell(await post("/signed-in", await get(await post("/sign-in", {}), "conditional")));
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

// Call it from a button, with or without a user name.
async function signIn(name) {
  await tell(await post("/signed-in", await get(await post("/sign-in", { name }))));
}

// Re-authenticates for a purpose: "add-passkey", "delete-passkey <id>" or "prescribe <drug>".
async function confirm(purpose) {
  await post("/confirmed", await get(await post("/confirm", { purpose })));
}

// Registers a passkey. If the account already has one, call `confirm("add-passkey")` first.
async function register() {
  await tell(await post("/registered", await create(await post("/register", {}))));
}

// Deletes a passkey. Call `confirm("delete-passkey " + id)` first.
async function remove(id) {
  await tell(await post("/delete", { id }));
}

// Signals to passkey providers which credentials are accepted, if the browser supports it.
async function tell(answer) {
  if (answer.allAcceptedCredentials) {
    await PublicKeyCredential.signalAllAcceptedCredentials?.(answer.allAcceptedCredentials);
  }
  if (answer.unknownCredential) {
    await PublicKeyCredential.signalUnknownCredential?.(answer.unknownCredential);
  }
}
