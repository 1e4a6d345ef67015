// The page of the portal. `post(path, value)` sends JSON to the back end and returns the JSON of the answer, also of a refusal.

// A browser handles one request at a time, so this ends the one that waits for autofill before another starts.
let waiting = new AbortController();
function interrupt() {
  waiting.abort();
  waiting = new AbortController();
  return waiting.signal;
}

async function create(options) {
  const publicKey = parsed("parseCreationOptionsFromJSON", options);
  return json(await navigator.credentials.create({ publicKey, signal: interrupt() }));
}

async function get(options, mediation) {
  const publicKey = parsed("parseRequestOptionsFromJSON", options);
  return json(await navigator.credentials.get({ publicKey, mediation, signal: interrupt() }));
}

// The three functions that follow are a short form of `browser/wardkey.js`, for a page that loads no modules.

// Safari before 18.4 cannot parse options.
function parsed(method, options) {
  if (PublicKeyCredential[method]) return PublicKeyCredential[method](options);
  const binary = (one) => ({ ...one, id: base64url(one.id) });
  return {
    ...options,
    challenge: base64url(options.challenge),
    user: options.user && binary(options.user),
    excludeCredentials: options.excludeCredentials?.map(binary),
    allowCredentials: options.allowCredentials?.map(binary),
  };
}

// `toJSON()` of several password managers throws, so the members are read one by one.
function json(credential) {
  const response = {};
  for (const member of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[member]) response[member] = base64url(credential.response[member]);
  }
  if (response.attestationObject) {
    response.transports = credential.response.getTransports?.();
    delete response.authenticatorData; // a copy of what the attestation object holds
  }
  const id = base64url(credential.rawId);
  const { authenticatorAttachment, type } = credential;
  const { prf, ...clientExtensionResults } = credential.getClientExtensionResults(); // the results of prf are secrets
  return { id, rawId: id, type, authenticatorAttachment, response, clientExtensionResults };
}

// Encodes bytes, and decodes text.
function base64url(value) {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const isText = typeof value === "string";
  const from = isText ? Array.from(value, (letter) => alphabet.indexOf(letter)) : new Uint8Array(value);
  const [width, out] = isText ? [6, 8] : [8, 6];
  const digits = from.reduce((bits, one) => bits + one.toString(2).padStart(width, "0"), "");
  const padded = isText ? digits.slice(0, digits.length - (digits.length % 8)) : digits.padEnd(Math.ceil(digits.length / 6) * 6, "0");
  const groups = (padded.match(new RegExp(`.{${out}}`, "g")) ?? []).map((bits) => parseInt(bits, 2));
  return isText ? new Uint8Array(groups) : groups.map((group) => alphabet[group]).join("");
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
