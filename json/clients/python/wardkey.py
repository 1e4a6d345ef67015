"""A client of the process wardkey over its Unix socket, and a store of states. Python 3.9 or later, standard library only."""

import json
import socket
import threading


class Refused(Exception):
    """An answer with an error: code, step, fault; `tell` is the body for the browser, `log` the line for the log."""

    def __init__(self, answer):
        super().__init__(answer["log"])
        self.log, self.evidence = answer["log"], answer.get("evidence")
        self.__dict__.update(answer["error"])


class Wardkey:
    """One connection, which is opened again when it was closed. A request changes nothing, so it may be sent twice."""

    def __init__(self, path):
        self.path, self.file, self.number, self.lock = path, None, 0, threading.Lock()

    def call(self, action, **members):
        with self.lock:
            self.number += 1
            line = json.dumps({"v": 1, "id": self.number, "do": action, **members}).encode() + b"\n"
            answer = self._exchange(line) or self._exchange(line)
        if not answer or answer["id"] != self.number:
            self.file = None
            raise ConnectionError("wardkey gave no answer")
        if "error" in answer:
            raise Refused(answer)
        return answer["ok"]

    def _exchange(self, line):
        try:
            if self.file is None:
                connection = socket.socket(socket.AF_UNIX)
                connection.settimeout(10)
                connection.connect(self.path)
                self.file = connection.makefile("rwb")
            self.file.write(line)
            self.file.flush()
            return json.loads(self.file.readline())
        except (OSError, ValueError):
            self.file = None
            return None


class States:
    """Delete-and-return: each state is taken once. In SQL: DELETE FROM states WHERE id = ? RETURNING state."""

    def __init__(self):
        self.states = {}

    def put(self, started):
        self.states[started["state_id"]] = started["state"]

    def take(self, state_id):
        return self.states.pop(state_id, None)
