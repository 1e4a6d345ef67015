// The portal in Node (clients/node/portal.mjs) in Chromium, with a virtual authenticator: browser/wardkey.js in the page, and the
// process wardkey behind the portal.
//
//   json/browser/run
//
// Each step checks what the page is told ("ok", or the code of a `WardkeyError`) and what the portal logs (the code of the
// refusal). Requests for https://clinic.example are answered by `route`, so the page is a secure context under its real origin.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const file = (path) => fileURLToPath(new URL(path, import.meta.url));
const { chromium } = createRequire(file("../../tests/browser/scenarios.mjs"))("playwright-core");
const PHONE = {
  protocol: "ctap2", ctap2Version: "ctap2_1", transport: "internal", hasResidentKey: true, hasUserVerification: true,
  isUserVerified: true, defaultBackupEligibility: true, defaultBackupState: true,
};
const PAGE = `<!doctype html><title>Clinic</title><script type="module">
  import * as wardkey from "/wardkey.js";
  window.wardkey = wardkey;
  document.documentElement.dataset.ready = "";
</script>`;

const folder = mkdtempSync(join(tmpdir(), "wardkey-browser-"));
const children = [];
let log = [];
let browser, page, phone, post;

/** Starts the process and the portal. The portal reads requests as lines, as a web server would pass them. */
async function portal() {
  const [config, socket] = [join(folder, "wardkey.toml"), join(folder, "socket")];
  writeFileSync(config, 'version = 1\n[relying_parties.portal]\nid = "clinic.example"\nname = "Example Clinic"\n');
  children.push(spawn(process.env.WARDKEY, ["--config", config, "--socket", socket], { stdio: "inherit" }));
  for (let waited = 0; !existsSync(socket); waited += 20) {
    assert.ok(waited < 20_000, "no socket");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const child = spawn(process.execPath, [file("../clients/node/portal.mjs"), socket]);
  children.push(child);
  createInterface({ input: child.stderr }).on("line", (line) => log.push(line.split(/[ :]/)[0]));
  const waiting = [];
  createInterface({ input: child.stdout }).on("line", (line) => waiting.shift()(JSON.parse(line)));
  return (request) => new Promise((resolve) => {
    waiting.push(resolve);
    child.stdin.write(`${JSON.stringify(request)}\n`);
  });
}

before(async () => {
  post = await portal();
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
  });
  console.log(`Chromium ${browser.version()}`);
  const context = await browser.newContext();
  await context.route("https://clinic.example/**", async (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === "/") return route.fulfill({ contentType: "text/html", body: PAGE });
    if (pathname === "/wardkey.js") {
      const body = readFileSync(file("../../browser/wardkey.js"), "utf8");
      return route.fulfill({ contentType: "text/javascript", body });
    }
    const request = { route: pathname, session: "the session of ada's browser", body: route.request().postData() ?? "" };
    const { status, body } = await post(request);
    return route.fulfill({ status, contentType: "application/json", body: JSON.stringify(body) });
  });
  page = await context.newPage();
  const cdp = await context.newCDPSession(page);
  await cdp.send("WebAuthn.enable", { enableUI: false });
  const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options: PHONE });
  phone = (method, more = {}) => cdp.send(`WebAuthn.${method}`, { authenticatorId, ...more });
  await page.goto("https://clinic.example/");
  await page.waitForSelector("html[data-ready]");
});

after(async () => {
  await browser?.close();
  for (const child of children.reverse()) {
    const ended = once(child, "exit");
    if (child.kill()) await ended;
  }
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a ceremony of the page. Returns "ok", or the code of the error, and then the codes that the portal logged. */
async function outcome(kind, path) {
  log = [];
  const told = await page.evaluate(async ([kind, path]) => {
    const at = (end) => (body) => wardkey.post(`${path}/${end}`, body);
    try {
      await wardkey[kind](at("start"), at("finish"));
      return "ok";
    } catch (error) {
      return error.code;
    }
  }, [kind, path]);
  // The log comes through a pipe of its own, so it may be later than the answer.
  for (let waited = 0; told === "failed" && log.length === 0 && waited < 2_000; waited += 10) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return [told, ...log];
}

const act = () => page.evaluate(() => wardkey.post("/export").catch((error) => error.code));

test("registration, sign-in, re-authentication, confirmation, and refused sign-ins", async () => {
  assert.deepEqual(await outcome("register", "/register"), ["ok"]);
  const { credentials } = await phone("getCredentials");
  assert.equal(credentials.length, 1);
  assert.deepEqual(await outcome("register", "/register"), ["already-registered"]);
  assert.deepEqual(await outcome("signIn", "/sign-in"), ["ok"]);

  assert.equal(await act(), "failed", "without a re-authentication");
  assert.deepEqual(await outcome("confirm", "/confirm"), ["ok"]);
  assert.deepEqual(await act(), { receipts: 0 });
  assert.equal(await act(), "failed", "a re-authentication counts once");

  assert.deepEqual(await outcome("confirm", "/consent"), ["ok"]);
  assert.deepEqual(await outcome("confirm", "/confirm"), ["ok"]);
  assert.deepEqual(await act(), { receipts: 1 });

  for (const [bits, code] of [
    [{ isBogusSignature: true }, "signature-invalid"],
    [{ isBadUV: true }, "user-not-verified"],
    [{ isBadUP: true }, "user-not-present"],
  ]) {
    await phone("setResponseOverrideBits", bits);
    assert.deepEqual(await outcome("signIn", "/sign-in"), ["failed", code]);
  }
  await phone("setResponseOverrideBits", {});
  const [{ credentialId }] = credentials;
  await phone("setCredentialProperties", { credentialId, signCount: 50 });
  assert.deepEqual(await outcome("signIn", "/sign-in"), ["ok"]);
  await phone("setCredentialProperties", { credentialId, signCount: 3 });
  assert.deepEqual(await outcome("signIn", "/sign-in"), ["failed", "sign-count-regressed"]);
  await phone("setCredentialProperties", { credentialId, signCount: 100 });
  assert.deepEqual(await outcome("signIn", "/sign-in"), ["ok"]);
});
