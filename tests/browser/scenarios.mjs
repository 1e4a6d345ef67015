// Ceremonies in Chromium, with virtual authenticators: browser/wardkey.js in the page, examples/journey behind it.
//
//   tests/browser/run
//
// Each scenario checks what the page is told (a code of `wardkey.CODES`, or "ok") and what the log of the portal says (the code of
// the refusal, or "accepted"). Requests for https://*.example are answered by `route`, so the pages are secure contexts under
// their real origins, without a certificate and without a name server.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { chromium } from "playwright-core";

const PORTAL = "https://portal.clinic.example/";
const PHONE = {
  protocol: "ctap2",
  ctap2Version: "ctap2_1",
  transport: "internal",
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  defaultBackupEligibility: true,
  defaultBackupState: true,
};
const KEY = { ...PHONE, transport: "usb", defaultBackupEligibility: false, defaultBackupState: false };

let server;
let port;
let browser;

/** Calls the portal, in the web session of a visitor. */
async function call(session, path, { method = "POST", body = "{}" } = {}) {
  const request = { method, headers: { "x-session": session } };
  if (method === "POST") request.body = body;
  const reply = await fetch(`http://127.0.0.1:${port}${path}`, request);
  return { status: reply.status, contentType: reply.headers.get("content-type") ?? "", body: await reply.text() };
}

async function ask(path, body = {}) {
  return JSON.parse((await call("test", path, { body: JSON.stringify(body) })).body);
}

let visitors = 0;

/** A person with a browser and a web session, at `url`. A page at /frame has the portal in a frame. */
async function visit(url = PORTAL) {
  visitors += 1;
  const session = `visitor ${visitors}`;
  const context = await browser.newContext();
  await context.route("https://*.example/**", async (route) => {
    const request = route.request();
    const { pathname } = new URL(request.url());
    if (pathname === "/frame") {
      const allow = "publickey-credentials-create *; publickey-credentials-get *";
      return route.fulfill({ contentType: "text/html", body: `<!doctype html><iframe src="${PORTAL}" allow="${allow}"></iframe>` });
    }
    return route.fulfill(await call(session, pathname, { method: request.method(), body: request.postData() ?? "" }));
  });
  const page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send("WebAuthn.enable", { enableUI: false });
  await page.goto(url);
  const frame = url.endsWith("/frame") ? await (await page.waitForSelector("iframe")).contentFrame() : page.mainFrame();
  await frame.waitForSelector("html[data-ready]");

  const authenticator = async (options) => {
    const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options });
    const send = (method, more = {}) => cdp.send(`WebAuthn.${method}`, { authenticatorId, ...more });
    const credentials = async () => (await send("getCredentials")).credentials;
    return { send, credentials };
  };
  /** Runs a function of the page. Returns "ok", or the code of the `WardkeyError`, and what the portal has logged. */
  const outcome = async (run, argument) => {
    await ask("/test/log");
    const told = await frame.evaluate(
      async ([source, given]) => {
        try {
          await new Function("wardkey", "given", `return (${source})(wardkey, given)`)(window.wardkey, given);
          return "ok";
        } catch (error) {
          return error.code ?? `${error.name}: ${error.message}`;
        }
      },
      [String(run), argument],
    );
    const log = await ask("/test/log");
    // A line of the log begins with the code: `code name=value: text`.
    const code = (line) => (line.refused ?? line.refusal ?? "accepted").split(/[ :]/)[0];
    return [told, ...log.map(code)];
  };
  return { session, context, frame, authenticator, outcome, close: () => context.close() };
}

const account = (wardkey, name) => wardkey.post("/account", { name });
const register = (wardkey) => wardkey.register(() => wardkey.post("/register"), (response) => wardkey.post("/registered", response));
const signIn = (wardkey, name) => wardkey.signIn(() => wardkey.post("/sign-in", { name }), (response) => wardkey.post("/signed-in", response));
/** A sign-in that the browser ends after a second. */
const impatient = (wardkey, name) => {
  const start = async () => ({ ...(await wardkey.post("/sign-in", { name })), timeout: 1000 });
  return wardkey.signIn(start, (response) => wardkey.post("/signed-in", response));
};
const confirmAdd = (wardkey) => wardkey.confirm(() => wardkey.post("/confirm-add"), (response) => wardkey.post("/confirmed", response));
const autofill = (wardkey) => wardkey.autofill(() => wardkey.post("/sign-in"), (response) => wardkey.post("/signed-in", response));

/** A visitor with an account and a passkey on a phone. */
async function person(name) {
  const visitor = await visit();
  const phone = await visitor.authenticator(PHONE);
  assert.deepEqual(await visitor.outcome(account, name), ["ok"]);
  assert.deepEqual(await visitor.outcome(register), ["ok", "accepted"]);
  const [credential] = await phone.credentials();
  return { ...visitor, phone, name, id: credential.credentialId };
}

before(async () => {
  server = spawn(process.env.SERVER, { stdio: ["ignore", "pipe", "inherit"] });
  port = Number(await new Promise((resolve) => server.stdout.once("data", resolve)));
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
  });
  console.log(`Chromium ${browser.version()}`);
});

after(async () => {
  await browser?.close();
  server?.kill();
});

describe("a good day", () => {
  test("registration, sign-in without a name, by name, and by a name that nobody has", async () => {
    const ada = await person("ada");
    assert.equal((await ada.phone.credentials()).length, 1);
    assert.deepEqual(await ada.outcome(signIn), ["ok", "accepted"]);
    assert.deepEqual(await ada.outcome(signIn, "ada"), ["ok", "accepted"]);
    assert.deepEqual(await ada.outcome(impatient, "nobody"), ["cancelled"]);
    await ada.close();
  });

  test("the same authenticator again, after a re-authentication", async () => {
    const ada = await person("again");
    assert.deepEqual(await ada.outcome(register), ["failed", "not-fresh"], "without one");
    assert.deepEqual(await ada.outcome(confirmAdd), ["ok", "accepted"]);
    assert.deepEqual(await ada.outcome(register), ["already-registered"]);
    assert.equal((await ada.phone.credentials()).length, 1);
    await ada.close();
  });

  test("a second passkey, on a security key", async () => {
    const ada = await person("second");
    assert.deepEqual(await ada.outcome(confirmAdd), ["ok", "accepted"]);
    await ada.phone.send("setAutomaticPresenceSimulation", { enabled: false });
    const key = await ada.authenticator(KEY);
    assert.deepEqual(await ada.outcome(register), ["ok", "accepted"]);
    assert.equal((await key.credentials()).length, 1);
    assert.deepEqual(await ada.outcome(signIn, "second"), ["ok", "accepted"]);
    await ada.close();
  });

  test("autofill", async () => {
    const ada = await person("autofill");
    assert.deepEqual(await ada.outcome(autofill), ["ok", "accepted"]);
    await ada.close();
  });

  test("autofill does not end a sign-in that began while it asked the browser", async () => {
    const ada = await person("race");
    const both = async (wardkey) => {
      const finish = (response) => wardkey.post("/signed-in", response);
      const filled = wardkey.autofill(() => wardkey.post("/sign-in"), finish);
      const answer = await wardkey.signIn(() => wardkey.post("/sign-in", { name: "race" }), finish);
      if ((await filled) !== undefined) throw new Error("autofill went on");
      return answer;
    };
    assert.deepEqual(await ada.outcome(both), ["ok", "accepted"]);
    await ada.close();
  });

  test("a removed passkey is removed from the authenticator", async () => {
    const ada = await person("removed");
    assert.deepEqual(await ada.outcome(confirmAdd), ["ok", "accepted"]);
    await ada.phone.send("setAutomaticPresenceSimulation", { enabled: false });
    const key = await ada.authenticator(KEY);
    assert.deepEqual(await ada.outcome(register), ["ok", "accepted"]);
    const [{ credentialId }] = await key.credentials();
    const remove = async (wardkey, base64) => {
      const id = base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
      await wardkey.confirm(() => wardkey.post("/confirm-delete", { id }), (response) => wardkey.post("/confirmed", response));
      await wardkey.signal(await wardkey.post("/delete", { id }));
    };
    assert.deepEqual(await ada.outcome(remove, credentialId), ["ok", "accepted"]);
    assert.equal((await key.credentials()).length, 0, "the passkey provider was told");
    assert.equal((await ada.phone.credentials()).length, 1);
    await ada.close();
  });

  test("ML-DSA", async (t) => {
    const ada = await visit();
    await ada.authenticator(PHONE);
    await ada.outcome(account, "ml-dsa");
    for (const alg of [-48, -49, -50]) {
      const registerWith = (wardkey, alg) => {
        const start = async () => {
          const options = await wardkey.post("/register");
          options.pubKeyCredParams = options.pubKeyCredParams.filter((one) => one.alg === alg);
          options.excludeCredentials = [];
          return options;
        };
        return wardkey.register(start, (response) => wardkey.post("/registered", response));
      };
      const [told, ...log] = await ada.outcome(registerWith, alg);
      if (told === "cancelled") return t.skip(`this Chromium makes no keys of the COSE algorithm ${alg}`);
      assert.deepEqual([told, ...log], ["ok", "accepted"], `COSE algorithm ${alg}`);
      assert.deepEqual(await ada.outcome(signIn, "ml-dsa"), ["ok", "accepted"], `COSE algorithm ${alg}`);
      assert.deepEqual(await ada.outcome(confirmAdd), ["ok", "accepted"], `COSE algorithm ${alg}`);
    }
    return ada.close();
  });
});

describe("what the authenticator does", () => {
  let ada;
  before(async () => { ada = await person("authenticator"); });
  after(() => ada.close());

  test("the person does not pass user verification", async () => {
    await ada.phone.send("setUserVerified", { isUserVerified: false });
    assert.deepEqual(await ada.outcome(signIn), ["cancelled"]);
    await ada.phone.send("setUserVerified", { isUserVerified: true });
  });

  test("UV, UP or the signature is wrong", async () => {
    for (const [bits, code] of [
      [{ isBadUV: true }, "user-not-verified"],
      [{ isBadUP: true }, "user-not-present"],
      [{ isBogusSignature: true }, "signature-invalid"],
    ]) {
      await ada.phone.send("setResponseOverrideBits", bits);
      assert.deepEqual(await ada.outcome(signIn), ["failed", code]);
    }
    await ada.phone.send("setResponseOverrideBits", {});
    assert.deepEqual(await ada.outcome(signIn), ["ok", "accepted"]);
  });

  test("the signature counter goes back", async () => {
    await ada.phone.send("setCredentialProperties", { credentialId: ada.id, signCount: 50 });
    assert.deepEqual(await ada.outcome(signIn), ["ok", "accepted"]);
    await ada.phone.send("setCredentialProperties", { credentialId: ada.id, signCount: 3 });
    assert.deepEqual(await ada.outcome(signIn), ["failed", "sign-count-regressed"]);
    await ada.phone.send("setCredentialProperties", { credentialId: ada.id, signCount: 100 });
    assert.deepEqual(await ada.outcome(signIn), ["ok", "accepted"]);
  });

  test("the backup eligibility changes, or the backup state", async () => {
    const set = (backupEligibility, backupState) =>
      ada.phone.send("setCredentialProperties", { credentialId: ada.id, backupEligibility, backupState });
    await set(false, false);
    assert.deepEqual(await ada.outcome(signIn), ["failed", "backup-eligibility-changed"]);
    await set(true, false);
    assert.deepEqual(await ada.outcome(signIn), ["ok", "accepted"]);
    await set(true, true);
    assert.deepEqual(await ada.outcome(signIn), ["ok", "accepted"]);
  });
});

describe("what the page does", () => {
  let ada;
  before(async () => { ada = await person("page"); });
  after(() => ada.close());

  test("a ceremony is aborted, by the page or by the next one", async () => {
    await ada.phone.send("setAutomaticPresenceSimulation", { enabled: false });
    const abort = async (wardkey) => {
      setTimeout(wardkey.abort, 300);
      await wardkey.signIn(() => wardkey.post("/sign-in"), () => undefined);
    };
    assert.deepEqual(await ada.outcome(abort), ["aborted"]);
    const replaced = async (wardkey) => {
      const first = wardkey.signIn(() => wardkey.post("/sign-in"), () => undefined);
      setTimeout(() => wardkey.signIn(() => wardkey.post("/sign-in"), () => undefined).catch(() => {}), 300);
      await first;
    };
    assert.deepEqual(await ada.outcome(replaced), ["aborted"]);
    assert.deepEqual(await ada.outcome(impatient), ["cancelled"], "the timeout of the browser");
    await ada.phone.send("setAutomaticPresenceSimulation", { enabled: true });
  });

  test("a response is posted twice", async () => {
    const twice = (wardkey) => wardkey.signIn(() => wardkey.post("/sign-in"), async (response) => {
      await wardkey.post("/signed-in", response);
      await wardkey.post("/signed-in", response);
    });
    assert.deepEqual(await ada.outcome(twice), ["failed", "accepted", "no-such-state"]);
  });

  test("a response is posted in another session", async () => {
    const keep = (wardkey) => wardkey.signIn(() => wardkey.post("/sign-in"), (response) => { window.kept = response; });
    const post = (wardkey, response) => wardkey.post("/signed-in", response);
    const eve = await visit();
    for (const [poster, found] of [[eve, ["failed", "session-mismatch"]], [ada, ["ok", "accepted"]]]) {
      assert.deepEqual(await ada.outcome(keep), ["ok"]);
      assert.deepEqual(await poster.outcome(post, await ada.frame.evaluate(() => window.kept)), found);
    }
    await eve.close();
  });

  test("a response is posted too late", async () => {
    const late = (wardkey) => wardkey.signIn(() => wardkey.post("/sign-in", { name: "page" }), async (response) => {
      await wardkey.post("/test/advance", { seconds: 301 });
      await wardkey.post("/signed-in", response);
    });
    assert.deepEqual(await ada.outcome(late), ["expired", "expired"]);
    assert.deepEqual(await ada.outcome(signIn), ["ok", "accepted"]);
  });
});

describe("where the page is", () => {
  let passkey;
  before(async () => {
    const ada = await person("origins");
    [passkey] = await ada.phone.credentials();
    await ada.close();
  });

  /** Signs in with a copy of the passkey in a page, or frame, at `url`. */
  async function signInAt(url) {
    const visitor = await visit(url);
    const phone = await visitor.authenticator(PHONE);
    passkey.signCount += 100;
    await phone.send("addCredential", { credential: passkey });
    const found = await visitor.outcome(signIn);
    await visitor.close();
    return found;
  }

  test("at the portal, also in a frame of the portal itself", async () => {
    assert.deepEqual(await signInAt(PORTAL), ["ok", "accepted"]);
    assert.deepEqual(await signInAt(`${PORTAL}frame`), ["ok", "accepted"]);
  });

  test("at another origin of the same site", async () => {
    assert.deepEqual(await signInAt("https://evil.clinic.example/"), ["failed", "origin-not-allowed"]);
  });

  test("at another site", async () => {
    assert.deepEqual(await signInAt("https://partner.example/"), ["wrong-site"]);
  });

  test("in a frame of another origin of the same site", async () => {
    assert.deepEqual(await signInAt("https://other.clinic.example/frame"), ["failed", "cross-origin-not-allowed"]);
  });

  test("in a frame of another site", async () => {
    assert.deepEqual(await signInAt("https://partner.example/frame"), ["failed", "cross-origin-not-allowed"]);
  });
});
