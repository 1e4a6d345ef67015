// The routes of a small portal. The test sends them as lines: {route, session, body}; a web framework calls `route`.

import { createInterface } from "node:readline";
import { Refused, States, Wardkey } from "./wardkey.mjs";

const [wardkey, states, records] = [new Wardkey(process.argv[2]), new States(), new Map()];
const [proofs, receipts] = [new Map(), []]; // re-authentications by web session, and signed documents
const user = "YWRhJ3MgaGFuZGxlLCAxNiBieXRlcw"; // of the account that is signed in by other means
const consent = {
  purpose: "consent", subject: "patient 7", signer: "Ada Lovelace", meaning: "I agree", time: 1795392000,
  items: [{ type: "text/plain", content: "U2hhcmUgbXkgcmVzdWx0cw" }],
};
const failed = [400, { code: "failed" }];
const now = () => Math.floor(Date.now() / 1000);

async function start(action, session, members) {
  const started = await wardkey.call(action, { session, now: now(), ...members });
  states.put(started);
  return [200, started.options];
}

async function route(path, session, body) {
  const mine = [...records.values()];
  switch (path) {
    case "/register/start":
      return start("start-registration", session, { user, name: "ada@mail.example", existing: mine });
    case "/sign-in/start":
      return start("start-authentication", session, {});
    case "/confirm/start": // re-authentication for one act
      return start("start-reauthentication", session, { user, records: mine, purpose: "export", lifetime_secs: 60 });
    case "/consent/start":
      return start("start-confirmation", session, { user, records: mine, document: consent });
    case "/export": {
      const reauthentication = proofs.get(session);
      if (!proofs.delete(session)) return failed;
      await wardkey.call("spend-reauthentication", { now: now(), reauthentication, user, purpose: "export" });
      return [200, { receipts: receipts.length }];
    }
  }
  const ids = await wardkey.call("read-response", { response: body });
  const [state, record] = [states.take(ids.state_id), records.get(ids.credential_id) ?? null];
  if (!state) return failed; // never started, or used already
  const members = { session, now: now(), state, response: body };
  if (path === "/register/finish") {
    const done = await wardkey.call("finish-registration", { ...members, stored: record });
    records.set(done.record.id, done.record);
    return [200, { registered: done.record.id }];
  }
  const [kind, more] = {
    "/sign-in/finish": ["authentication", {}],
    "/confirm/finish": ["reauthentication", {}],
    "/consent/finish": ["confirmation", { document: consent }],
  }[path];
  const done = await wardkey.call(`finish-${kind}`, { ...members, record, ...more });
  // In SQL: UPDATE … SET <set> WHERE <expect>, and one row must change.
  if (done.update) {
    if (Object.entries(done.update.expect).some(([name, value]) => record[name] !== value)) return failed;
    Object.assign(record, done.update.set);
  }
  if (done.reauthentication) proofs.set(session, done.reauthentication);
  if (done.receipt) receipts.push(done.receipt);
  return [200, { user: done.user, factor: done.factor }];
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  let answer;
  try {
    answer = await route(request.route, request.session, request.body);
  } catch (refused) {
    if (!(refused instanceof Refused)) throw refused;
    console.error(refused.log);
    answer = [400, refused.tell];
  }
  console.log(JSON.stringify({ status: answer[0], body: answer[1] }));
}
process.exit(0);
