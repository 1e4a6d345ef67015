"""The routes of a small portal. The test sends them as lines: {"route", "session", "body"}; a web framework calls `route`."""

import json
import sys
import time

from wardkey import Refused, States, Wardkey

wardkey, states, records = Wardkey(sys.argv[1]), States(), {}
proofs, receipts = {}, []  # re-authentications by web session, and signed documents
USER = "YWRhJ3MgaGFuZGxlLCAxNiBieXRlcw"  # of the account that is signed in by other means
CONSENT = {
    "purpose": "consent", "subject": "patient 7", "signer": "Ada Lovelace", "meaning": "I agree", "time": 1795392000,
    "items": [{"type": "text/plain", "content": "U2hhcmUgbXkgcmVzdWx0cw"}],
}
FAILED = 400, {"code": "failed"}


def start(action, session, **members):
    started = wardkey.call(action, session=session, now=int(time.time()), **members)
    states.put(started)
    return 200, started["options"]


def route(path, session, body):
    mine = list(records.values())
    if path == "/register/start":
        return start("start-registration", session, user=USER, name="ada@mail.example", existing=mine)
    if path == "/sign-in/start":
        return start("start-authentication", session)
    if path == "/confirm/start":  # re-authentication for one act
        return start("start-reauthentication", session, user=USER, records=mine, purpose="export", lifetime_secs=60)
    if path == "/consent/start":
        return start("start-confirmation", session, user=USER, records=mine, document=CONSENT)
    if path == "/export":
        proof = proofs.pop(session, None)
        if proof is None:
            return FAILED
        now = int(time.time())
        wardkey.call("spend-reauthentication", now=now, reauthentication=proof, user=USER, purpose="export")
        return 200, {"receipts": len(receipts)}
    ids = wardkey.call("read-response", response=body)
    state, record = states.take(ids["state_id"]), records.get(ids["credential_id"])
    if state is None:
        return FAILED  # never started, or used already
    members = {"session": session, "now": int(time.time()), "state": state, "response": body}
    if path == "/register/finish":
        done = wardkey.call("finish-registration", stored=record, **members)
        records[done["record"]["id"]] = done["record"]
        return 200, {"registered": done["record"]["id"]}
    if path == "/consent/finish":
        done = wardkey.call("finish-confirmation", record=record, document=CONSENT, **members)
    else:
        kind = "reauthentication" if path == "/confirm/finish" else "authentication"
        done = wardkey.call(f"finish-{kind}", record=record, **members)
    if update := done["update"]:  # in SQL: UPDATE … SET <set> WHERE <expect>, and one row must change
        if any(record[name] != value for name, value in update["expect"].items()):
            return FAILED
        record.update(update["set"])
    if "reauthentication" in done:
        proofs[session] = done["reauthentication"]
    if "receipt" in done:
        receipts.append(done["receipt"])
    return 200, {"user": done["user"], "factor": done["factor"]}


for line in sys.stdin:
    request = json.loads(line)
    try:
        status, answer = route(request["route"], request["session"], request["body"])
    except Refused as refused:
        status, answer = 400, refused.tell
        print(refused.log, file=sys.stderr)
    print(json.dumps({"status": status, "body": answer}), flush=True)
