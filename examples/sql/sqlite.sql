-- Tables for wardkey in SQLite 3.39 or later. Also set: PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 5000;

-- Credential records (§4). The credential id is unique over all accounts (§7.1 step 26).
CREATE TABLE credential (
  id              BLOB    PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 1023),
  user_handle     BLOB    NOT NULL CHECK (length(user_handle) BETWEEN 1 AND 64),
  public_key      BLOB    NOT NULL,
  sign_count      INTEGER NOT NULL CHECK (sign_count BETWEEN 0 AND 4294967295),
  uv_initialized  INTEGER NOT NULL CHECK (uv_initialized IN (0, 1)),
  backup_eligible INTEGER CHECK (backup_eligible IN (0, 1)), -- NULL: unknown
  backup_state    INTEGER CHECK (backup_state IN (0, 1)),    -- NULL: unknown
  transports      TEXT    NOT NULL                           -- a JSON array of texts
) STRICT, WITHOUT ROWID;
CREATE INDEX credential_of_user ON credential (user_handle);

-- States of ceremonies that were started. Each is read once, by the statement that deletes it.
CREATE TABLE ceremony (
  id         TEXT    PRIMARY KEY,
  state      TEXT    NOT NULL, -- JSON
  expires_at INTEGER NOT NULL  -- seconds since 1970
) STRICT, WITHOUT ROWID;
CREATE INDEX ceremony_expiry ON ceremony (expires_at);

-- Re-authentications that were spent. Insert in the transaction of the action that was confirmed.
CREATE TABLE spent (
  id         TEXT    PRIMARY KEY,
  expires_at INTEGER NOT NULL -- a row may be deleted when its re-authentication no longer counts
) STRICT, WITHOUT ROWID;
