-- The second version of the tables. `store.rs` runs each version once, in its own transaction.

ALTER TABLE credential ADD COLUMN kept TEXT NOT NULL DEFAULT ''; -- what the registration gave out about the model, or ''
ALTER TABLE notice ADD COLUMN credential_id TEXT NOT NULL DEFAULT ''; -- the passkey that it is about, or ''
ALTER TABLE notice ADD COLUMN objected_at BIGINT NOT NULL DEFAULT 0;
