-- Tables for wardkey in PostgreSQL.

-- Credential records (§4). The credential id is unique over all accounts (§7.1 step 26).
CREATE TABLE credential (
  id              BYTEA   PRIMARY KEY CHECK (octet_length(id) BETWEEN 1 AND 1023),
  user_handle     BYTEA   NOT NULL CHECK (octet_length(user_handle) BETWEEN 1 AND 64),
  public_key      BYTEA   NOT NULL,
  sign_count      BIGINT  NOT NULL CHECK (sign_count BETWEEN 0 AND 4294967295), -- SQL has no unsigned numbers
  uv_initialized  BOOLEAN NOT NULL,
  backup_eligible BOOLEAN, -- NULL: unknown
  backup_state    BOOLEAN, -- NULL: unknown
  transports      TEXT    NOT NULL -- a JSON array of texts
);
CREATE INDEX credential_of_user ON credential (user_handle);

-- States of ceremonies that were started. Each is read once, by the statement that deletes it.
CREATE TABLE ceremony (
  id         TEXT   PRIMARY KEY,
  state      TEXT   NOT NULL, -- JSON
  expires_at BIGINT NOT NULL  -- seconds since 1970
);
CREATE INDEX ceremony_expiry ON ceremony (expires_at);

-- Re-authentications that were spent. Insert in the transaction of the action that was confirmed.
CREATE TABLE spent (
  id         TEXT   PRIMARY KEY,
  expires_at BIGINT NOT NULL -- a row may be deleted when its re-authentication no longer counts
);
