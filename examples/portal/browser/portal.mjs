// What journey.mjs and scenarios.mjs share: processes of the portal, people with a browser and authenticators, axe-core, and the
// table of what ran.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { appendFileSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { test } from "node:test";
import { chromium } from "playwright-core";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core"), "utf8");

/** A phone or laptop: a synced passkey. */
export const PHONE = {
  protocol: "ctap2",
  ctap2Version: "ctap2_1",
  transport: "internal",
  hasResidentKey: true,
  hasUserVerification: true,
  isUserVerified: true,
  defaultBackupEligibility: true,
  defaultBackupState: true,
};
/** A security key: a passkey on one device. */
export const KEY = { ...PHONE, transport: "usb", defaultBackupEligibility: false, defaultBackupState: false };

/** Runs a test. `run` returns what happened; the table shows it with the time that it took. */
export function scenario(name, run) {
  test(name, async (context) => {
    const started = performance.now();
    const row = (outcome) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      if (process.env.TABLE) appendFileSync(join(process.env.TABLE, basename(process.argv[1])), `| ${name} | ${outcome} | ${seconds} |\n`);
    };
    try {
      row(await run(context));
    } catch (error) {
      row("FAILED");
      throw error;
    }
  });
}

export async function launch() {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
  });
  console.log(`Chromium ${browser.version()}`);
  return browser;
}

/** A portal: one process, or several behind a proxy whose origin it has. */
export class Portal {
  log = "";
  processes = [];

  constructor(origin) {
    this.origin = origin;
  }

  /** Starts a program: the portal, or `examples/clock.rs`. */
  async start(program, { port, database, env = {} }) {
    const start = this.log.length;
    const more = { PORT: String(port), OPERATOR_PORT: String(port + 1), DATABASE_URL: database, ORIGIN: this.origin, RP_ID: "localhost" };
    const child = spawn(program, {
      env: { ...process.env, NO_COLOR: "1", RUST_LOG: "info", ...more, ...env }, stdio: ["pipe", "pipe", "inherit"],
    });
    child.stdout.on("data", (text) => { this.log += text; });
    this.processes.push(child);
    await this.logged(/open http/, start);
    return child;
  }

  /** Waits until the log, from `start` on, matches. */
  async logged(pattern, start = 0) {
    for (let tries = 0; tries < 400; tries += 1) {
      const found = this.log.slice(start).match(pattern);
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`the log does not match ${pattern}: ${this.log}`);
  }

  /** The ceremonies of the log from `start` on: "accepted", or the code of the refusal. */
  ceremonies(start) {
    const found = this.log.slice(start).matchAll(/ceremony="[^"]*" outcome="([^"]*)" code="([^"]*)"/g);
    return [...found].map(([, outcome, code]) => code || outcome);
  }

  /** Moves the clock of `examples/clock.rs`. */
  async wait(seconds) {
    const start = this.log.length;
    this.processes[0].stdin.write(`${seconds}\n`);
    await this.logged(/the clock is/, start);
  }

  stop() {
    for (const one of this.processes) one.kill();
  }
}

/** A person with a browser, at a portal. `authenticator` is the first one; `null` for none. */
export async function visit(browser, portal, options = {}) {
  const { authenticator: first = PHONE, autofill = true, ...rest } = options;
  const context = await browser.newContext({ locale: "en", ...rest });
  if (!autofill) {
    await context.addInitScript(() => {
      globalThis.PublicKeyCredential.isConditionalMediationAvailable = async () => false;
      globalThis.PublicKeyCredential.getClientCapabilities = undefined;
    });
  }
  const page = await context.newPage();
  page.setDefaultTimeout(15000);
  // A page must not break the Content-Security-Policy, and not throw.
  const problems = [];
  page.on("pageerror", (error) => problems.push(String(error)));
  page.on("console", (line) => {
    if (/Content Security Policy/i.test(line.text())) problems.push(line.text());
  });
  const cdp = await context.newCDPSession(page);
  await cdp.send("WebAuthn.enable", { enableUI: false });
  const authenticator = async (kind) => {
    const { authenticatorId } = await cdp.send("WebAuthn.addVirtualAuthenticator", { options: kind });
    const send = (method, more = {}) => cdp.send(`WebAuthn.${method}`, { authenticatorId, ...more });
    const credentials = async () => (await send("getCredentials")).credentials;
    return { send, credentials };
  };
  const phone = first && await authenticator(first);
  const open = async (path) => {
    await page.goto(portal.origin + path);
    await page.waitForSelector("html[data-ready]");
  };
  const text = (selector) => page.locator(selector).innerText();
  return { portal, context, page, phone, authenticator, problems, open, text, close: () => context.close() };
}

/** Signs in with the password and the code in the log. */
export async function byCode({ page, open, portal }, name) {
  await open("/");
  const start = portal.log.length;
  await page.fill("#password-form [name=name]", name);
  await page.fill("#password-form [name=password]", `password of ${name}`);
  await page.keyboard.press("Enter");
  const [, code] = await portal.logged(/the code is (\d{8})/, start);
  await page.waitForSelector("#code-form:visible");
  assert.equal(await page.evaluate(() => document.activeElement.name), "code", "the focus is where the code goes");
  await page.keyboard.type(code);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/account");
  await page.waitForSelector("#nav:visible");
}

/**
 * Presses a button. Returns "ok" when the selector `done` is there, or the address that begins with `**`, or the text of the
 * alert; and what the portal logged meanwhile.
 */
export async function outcome({ page, portal }, button, done) {
  const start = portal.log.length;
  await page.evaluate(() => { document.getElementById("alert").textContent = ""; });
  await page.click(button);
  const alert = page.locator("#alert:not(:empty)");
  const end = done.startsWith("**") ? page.waitForURL(done) : page.locator(done).first().waitFor();
  const told = await Promise.any([end.then(() => "ok"), alert.waitFor().then(() => alert.innerText())]);
  return [told, ...portal.ceremonies(start)];
}

export async function picture(page, name) {
  if (process.env.SCREENSHOTS) await page.screenshot({ path: join(process.env.SCREENSHOTS, `${name}.png`), fullPage: true });
}

/** Lets axe-core look for violations of WCAG 2.2 AA. */
export async function accessible(page, name) {
  await page.evaluate(AXE);
  const found = await page.evaluate(async () => {
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    const { violations } = await globalThis.axe.run(document, { runOnly: tags });
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" | ")}`);
  });
  assert.deepEqual(found, [], name);
}
