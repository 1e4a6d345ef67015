// The half of wardkey that runs in the page. An ES module without dependencies.
//
// Every function takes two functions of the page: `start` requests the options from the back end, and `finish` posts the
// response. So this file knows no address and no session:
//
//   import * as wardkey from "./wardkey.js";
//   const at = (path) => (body) => wardkey.post(path, body);
//   await wardkey.register(at("/register"), at("/registered"));
//
// A failure is a `WardkeyError`; its `code` is one of `CODES`, and `words(code, language)` are words for a person.

/** What can go wrong, with words for a person. Show the words; log the code and `cause`. */
const WORDS = {
  en: {
    aborted: "Another request replaced this one.",
    "already-registered": "This device already has a passkey for this account.",
    cancelled: "The request was cancelled, or it took too long. Please try again.",
    expired: "The page was open for too long. Please try again.",
    failed: "That did not work. Please try again.",
    offline: "There is no connection to the server. Check your network and try again.",
    server: "The server could not accept that. Please try again.",
    "unknown-credential": "This passkey is no longer registered here. Use another way to sign in.",
    unsupported: "This browser or device cannot use passkeys here. Use another way to sign in.",
    "wrong-site": "Passkeys do not work at this address. Open the portal by its usual address.",
  },
  es: {
    aborted: "Otra solicitud ha sustituido a esta.",
    "already-registered": "Este dispositivo ya tiene una clave de acceso para esta cuenta.",
    cancelled: "La solicitud se canceló o tardó demasiado. Inténtelo de nuevo.",
    expired: "La página estuvo abierta demasiado tiempo. Inténtelo de nuevo.",
    failed: "No ha funcionado. Inténtelo de nuevo.",
    offline: "No hay conexión con el servidor. Compruebe la red e inténtelo de nuevo.",
    server: "El servidor no pudo aceptarlo. Inténtelo de nuevo.",
    "unknown-credential": "Esta clave de acceso ya no está registrada aquí. Inicie sesión de otra manera.",
    unsupported: "Este navegador o dispositivo no puede usar claves de acceso aquí. Inicie sesión de otra manera.",
    "wrong-site": "Las claves de acceso no funcionan en esta dirección. Abra el portal con su dirección habitual.",
  },
  ar: {
    aborted: "حلّ طلب آخر محل هذا الطلب.",
    "already-registered": "يوجد على هذا الجهاز مفتاح مرور لهذا الحساب.",
    cancelled: "أُلغي الطلب أو استغرق وقتًا طويلًا. يُرجى المحاولة مرة أخرى.",
    expired: "بقيت الصفحة مفتوحة مدة طويلة. يُرجى المحاولة مرة أخرى.",
    failed: "لم ينجح ذلك. يُرجى المحاولة مرة أخرى.",
    offline: "لا يوجد اتصال بالخادم. تحقق من الشبكة وحاول مرة أخرى.",
    server: "لم يتمكن الخادم من قبول ذلك. يُرجى المحاولة مرة أخرى.",
    "unknown-credential": "لم يعد مفتاح المرور هذا مسجلًا هنا. سجّل الدخول بطريقة أخرى.",
    unsupported: "لا يمكن لهذا المتصفح أو الجهاز استخدام مفاتيح المرور هنا. سجّل الدخول بطريقة أخرى.",
    "wrong-site": "لا تعمل مفاتيح المرور على هذا العنوان. افتح البوابة من عنوانها المعتاد.",
  },
};

/** Every code of a `WardkeyError`. */
export const CODES = Object.freeze(Object.keys(WORDS.en));

/** The languages of `words`. */
export const LANGUAGES = Object.freeze(Object.keys(WORDS));

/** Returns words for a person. An unknown code has those of `failed`; an unknown language has English. */
export function words(code, language = "en") {
  const primary = String(language).toLowerCase().split("-")[0];
  const texts = Object.hasOwn(WORDS, primary) ? WORDS[primary] : WORDS.en;
  return Object.hasOwn(texts, code) ? texts[code] : texts.failed;
}

/** A failure. `code` is one of `CODES`; `cause` is what the browser, the network or the back end reported. */
export class WardkeyError extends Error {
  constructor(code, cause) {
    super(words(code), cause === undefined ? undefined : { cause });
    this.name = "WardkeyError";
    this.code = CODES.includes(code) ? code : "failed";
  }
}

// ---- Ceremonies ----

/** Registers a passkey. Returns what `finish` returns. `finish(response, secrets)`: see `read`. */
export async function register(start, finish) {
  return ceremony("create", start, finish);
}

/** Signs in from a button, with or without a user name. Returns what `finish` returns. */
export async function signIn(start, finish) {
  return ceremony("get", start, finish);
}

/** Re-authenticates before a sensitive act. Returns what `finish` returns. */
export async function confirm(start, finish) {
  return ceremony("get", start, finish);
}

/**
 * Offers passkeys in the autofill of `<input autocomplete="username webauthn">`. Call it once when the page has loaded.
 * Returns what `finish` returns, or `undefined` if the browser has no such autofill or another ceremony replaced it.
 */
export async function autofill(start, finish) {
  const turn = turns;
  if (!(await capabilities()).autofill || turn !== turns) return undefined;
  try {
    return await ceremony("get", start, finish, "conditional");
  } catch (error) {
    if (error.code === "aborted") return undefined;
    throw error;
  }
}

/**
 * Registers a passkey without a dialogue after a sign-in with a password, if the browser and the password manager agree.
 * Returns what `finish` returns, or `undefined` if there is none.
 */
export async function upgrade(start, finish) {
  const turn = turns;
  if (!(await capabilities()).conditionalCreate || turn !== turns) return undefined;
  try {
    return await ceremony("create", start, finish, "conditional");
  } catch (error) {
    if (["aborted", "cancelled", "already-registered"].includes(error.code)) return undefined;
    throw error;
  }
}

// A browser handles one request at a time, so a new ceremony ends the one that waits, such as autofill.
let pending;
// Counts ceremonies and calls of `abort`, so that autofill and `upgrade` do not end what began while they asked the browser.
let turns = 0;

/** Ends the ceremony that waits, if there is one. */
export function abort() {
  turns += 1;
  pending?.abort();
  pending = undefined;
}

async function ceremony(method, start, finish, mediation) {
  abort();
  const controller = new AbortController();
  pending = controller;
  try {
    const options = await asked(start);
    if (controller.signal.aborted) throw new WardkeyError("aborted");
    const credential = await performed(method, options, controller.signal, mediation);
    const { response, secrets } = readOrFail(credential);
    return await asked(() => finish(response, secrets));
  } finally {
    if (pending === controller) pending = undefined;
  }
}

function readOrFail(credential) {
  try {
    return read(credential);
  } catch (cause) {
    throw new WardkeyError("failed", cause);
  }
}

/** The back end's half: what it throws is an error of the network or of the server. */
async function asked(call) {
  try {
    return await call();
  } catch (cause) {
    if (cause instanceof WardkeyError) throw cause;
    if (CODES.includes(cause?.code)) throw new WardkeyError(cause.code, cause);
    if (cause?.name === "AbortError") throw new WardkeyError("aborted", cause);
    throw new WardkeyError(cause instanceof TypeError ? "offline" : "server", cause);
  }
}

/** The browser's half. */
async function performed(method, options, signal, mediation) {
  const credentials = globalThis.navigator?.credentials;
  if (typeof credentials?.[method] !== "function") throw new WardkeyError("unsupported");
  try {
    const publicKey = method === "create" ? creationOptions(options) : requestOptions(options);
    const request = mediation ? { publicKey, signal, mediation } : { publicKey, signal };
    const credential = await credentials[method](request);
    if (!credential) throw new WardkeyError("cancelled");
    return credential;
  } catch (cause) {
    if (cause instanceof WardkeyError) throw cause;
    throw new WardkeyError(code(cause, signal), cause);
  }
}

function code(error, signal) {
  switch (error?.name) {
    case "AbortError":
      return "aborted";
    case "NotAllowedError":
    case "TimeoutError":
      return signal.aborted ? "aborted" : "cancelled";
    case "InvalidStateError":
      return "already-registered";
    case "SecurityError":
      return "wrong-site";
    case "NotSupportedError":
    case "ConstraintError":
    case "EncodingError":
    case "TypeError":
      return "unsupported";
    default:
      return signal.aborted ? "aborted" : "failed";
  }
}

// ---- JSON to options ----

/** Makes the options of `navigator.credentials.create()` from the JSON of the back end. */
export function creationOptions(json) {
  const parsed = parse("parseCreationOptionsFromJSON", json);
  if (parsed) return parsed;
  const options = shared(json);
  options.user = { ...json.user, id: decode(json.user.id) };
  if (json.excludeCredentials) options.excludeCredentials = json.excludeCredentials.map(descriptor);
  return options;
}

/** Makes the options of `navigator.credentials.get()` from the JSON of the back end. */
export function requestOptions(json) {
  const parsed = parse("parseRequestOptionsFromJSON", json);
  if (parsed) return parsed;
  const options = shared(json);
  if (json.allowCredentials) options.allowCredentials = json.allowCredentials.map(descriptor);
  return options;
}

/** The browser's own parser, if there is one. Some refuse members that they do not know; `shared` passes these on. */
function parse(name, json) {
  try {
    return globalThis.PublicKeyCredential?.[name]?.(json);
  } catch {
    return undefined;
  }
}

function shared(json) {
  const options = { ...json, challenge: decode(json.challenge) };
  if (json.extensions) options.extensions = inputs(json.extensions);
  return options;
}

function descriptor(json) {
  return { ...json, id: decode(json.id) };
}

/** Extension inputs whose JSON has base64url where the browser takes bytes (WebAuthn §9, §10). */
function inputs(json) {
  const extensions = { ...json };
  const values = ({ first, second }) => (second === undefined
    ? { first: decode(first) }
    : { first: decode(first), second: decode(second) });
  if (json.prf) {
    extensions.prf = { ...json.prf };
    if (json.prf.eval) extensions.prf.eval = values(json.prf.eval);
    if (json.prf.evalByCredential) {
      const entries = Object.entries(json.prf.evalByCredential);
      extensions.prf.evalByCredential = Object.fromEntries(entries.map(([id, value]) => [id, values(value)]));
    }
  }
  if (json.largeBlob?.write !== undefined) extensions.largeBlob = { ...json.largeBlob, write: decode(json.largeBlob.write) };
  if (typeof json.credBlob === "string") extensions.credBlob = decode(json.credBlob);
  return extensions;
}

// ---- Response to JSON ----

/**
 * Reads a credential: `response` is the JSON to post, and `secrets` are the results of `prf`, which stay in the page.
 *
 * `toJSON()` is not trusted: on objects of several password managers it throws, or returns an object without members. So
 * the members are read one by one.
 */
export function read(credential) {
  const inner = credential.response;
  const response = { clientDataJSON: encode(inner.clientDataJSON) };
  if (inner.attestationObject) {
    response.attestationObject = encode(inner.attestationObject);
    const transports = attempt(() => inner.getTransports());
    if (Array.isArray(transports)) response.transports = transports.filter((one) => typeof one === "string");
  } else {
    response.authenticatorData = encode(inner.authenticatorData);
    response.signature = encode(inner.signature);
    if (inner.userHandle && bytes(inner.userHandle).length > 0) response.userHandle = encode(inner.userHandle);
  }
  const { outputs, secrets } = results(attempt(() => credential.getClientExtensionResults()) ?? {});
  const id = encode(credential.rawId);
  const json = { id, rawId: id, type: credential.type, response, clientExtensionResults: outputs };
  if (typeof credential.authenticatorAttachment === "string") json.authenticatorAttachment = credential.authenticatorAttachment;
  return { response: json, secrets };
}

/** Client extension outputs as JSON, without the results of `prf` and `hmacGetSecret`. */
function results(found) {
  const { prf, hmacGetSecret, largeBlobKey, ...rest } = found;
  const outputs = plain(rest);
  if (prf && prf.enabled !== undefined) outputs.prf = { enabled: prf.enabled };
  const secrets = prf?.results ?? hmacGetSecret;
  return { outputs, secrets };
}

/** A copy that JSON can hold: buffers as base64url, and no functions. */
function plain(value) {
  if (isBuffer(value)) return encode(value);
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== "object") return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined && typeof member !== "function");
  return Object.fromEntries(members.map(([name, member]) => [name, plain(member)]));
}

function attempt(call) {
  try {
    return call();
  } catch {
    return undefined;
  }
}

// ---- Signals ----

/**
 * Tells the passkey providers what the back end answered: `allAcceptedCredentials`, `currentUserDetails` and
 * `unknownCredential`, each as the back end wrote it. Does nothing where the browser has no signals. Never throws, because
 * a signal is a courtesy.
 */
export async function signal(answer) {
  const type = globalThis.PublicKeyCredential;
  const methods = {
    allAcceptedCredentials: "signalAllAcceptedCredentials",
    currentUserDetails: "signalCurrentUserDetails",
    unknownCredential: "signalUnknownCredential",
  };
  for (const [member, method] of Object.entries(methods)) {
    if (answer?.[member] && typeof type?.[method] === "function") {
      await Promise.resolve(attempt(() => type[method](answer[member]))).catch(() => {});
    }
  }
}

// ---- Capabilities ----

/**
 * Which buttons to show. Never throws.
 *
 * `passkeys`: ceremonies are possible. `platform`: this device can verify its user. `autofill`, `conditionalCreate`,
 * `hybrid` (a phone nearby), `signals`.
 */
export async function capabilities() {
  const none = { passkeys: false, platform: false, autofill: false, conditionalCreate: false, hybrid: false, signals: false };
  const type = globalThis.PublicKeyCredential;
  const credentials = globalThis.navigator?.credentials;
  if (!type || globalThis.isSecureContext === false || typeof credentials?.get !== "function") return none;
  const named = (await settled(() => type.getClientCapabilities?.())) ?? {};
  const ask = async (name, method) => Boolean(named[name] ?? (await settled(() => type[method]?.())));
  return {
    passkeys: true,
    platform: await ask("userVerifyingPlatformAuthenticator", "isUserVerifyingPlatformAuthenticatorAvailable"),
    autofill: await ask("conditionalGet", "isConditionalMediationAvailable"),
    conditionalCreate: Boolean(named.conditionalCreate),
    hybrid: Boolean(named.hybridTransport),
    signals: typeof type.signalUnknownCredential === "function",
  };
}

async function settled(call) {
  try {
    return await call();
  } catch {
    return undefined;
  }
}

// ---- Network ----

/**
 * Posts JSON and returns the JSON of the answer. An answer that is not 2xx throws; its code is the member `code` of the
 * answer if that is one of `CODES`, and `server` otherwise. `error.answer` is the JSON of such an answer: pass it to `signal`.
 */
export async function post(path, body = {}, options = {}) {
  let reply;
  try {
    reply = await fetch(path, {
      method: "POST",
      credentials: "same-origin",
      headers: { "content-type": "application/json" },
      ...options,
      body: JSON.stringify(body),
    });
  } catch (cause) {
    throw new WardkeyError(cause?.name === "AbortError" ? "aborted" : "offline", cause);
  }
  const answer = await settled(() => reply.json());
  if (reply.ok && answer !== undefined) return answer;
  const error = new WardkeyError(CODES.includes(answer?.code) ? answer.code : "server");
  error.status = reply.status;
  error.answer = answer;
  throw error;
}

// ---- base64url ----

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Also a buffer of another realm, such as that of an extension, where `instanceof` fails. */
function isBuffer(value) {
  return ArrayBuffer.isView(value) || Object.prototype.toString.call(value) === "[object ArrayBuffer]";
}

function bytes(buffer) {
  if (!isBuffer(buffer)) throw new TypeError("not a buffer");
  return ArrayBuffer.isView(buffer)
    ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : new Uint8Array(buffer);
}

/** Encodes a buffer as base64url without padding. */
export function encode(buffer) {
  const from = bytes(buffer);
  let text = "";
  for (let i = 0; i < from.length; i += 3) {
    const group = (from[i] << 16) | ((from[i + 1] ?? 0) << 8) | (from[i + 2] ?? 0);
    const letters = Math.min(4, from.length - i + 1);
    for (let n = 0; n < letters; n += 1) text += ALPHABET[(group >> (18 - 6 * n)) & 63];
  }
  return text;
}

/** Decodes base64url without padding. Throws a `TypeError` if the text is something else. */
export function decode(text) {
  const values = Array.from(text, (letter) => ALPHABET.indexOf(letter));
  const rest = values.length % 4;
  const spare = rest === 2 ? 15 : rest === 3 ? 3 : 0;
  if (values.includes(-1) || rest === 1 || (values.at(-1) & spare) !== 0) throw new TypeError("not base64url");
  const to = new Uint8Array(Math.floor((values.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (const value of values) {
    held = ((held << 6) | value) & 0xfff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      to[at] = (held >> bits) & 0xff;
      at += 1;
    }
  }
  return to;
}
