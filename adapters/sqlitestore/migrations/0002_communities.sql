-- +goose Up

ALTER TABLE usher_products ADD COLUMN refund_keeps_access INTEGER NOT NULL DEFAULT FALSE;
ALTER TABLE usher_purchases ADD COLUMN variants_at INTEGER;
ALTER TABLE usher_purchases ADD COLUMN access_kept INTEGER NOT NULL DEFAULT FALSE;
ALTER TABLE usher_purchases ADD COLUMN erased_at INTEGER;

-- The token is sealed; secret is the number of the secret that it was sealed with.
CREATE TABLE usher_connections (
  id TEXT PRIMARY KEY,
  seller_id TEXT NOT NULL REFERENCES usher_sellers (id),
  service TEXT NOT NULL,
  dialect TEXT NOT NULL,
  remote_id TEXT NOT NULL,
  name TEXT NOT NULL,
  account TEXT NOT NULL,
  account_id TEXT NOT NULL,
  target TEXT NOT NULL,
  members_only INTEGER NOT NULL,
  quota INTEGER NOT NULL,
  secret_end TEXT NOT NULL,
  secret_set_at INTEGER,
  health TEXT NOT NULL,
  causes TEXT NOT NULL,
  checked_at INTEGER,
  leaving TEXT NOT NULL,
  bot_leaves INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  closed_at INTEGER,
  sealed BLOB,
  secret INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX usher_connections_page ON usher_connections (seller_id, created_at, id);
CREATE UNIQUE INDEX usher_connections_remote ON usher_connections (service, remote_id, seller_id) WHERE remote_id <> '' AND closed_at IS NULL;

CREATE TABLE usher_calls (
  connection_id TEXT NOT NULL REFERENCES usher_connections (id),
  month TEXT NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (connection_id, month)
) STRICT, WITHOUT ROWID;

CREATE TABLE usher_attachments (
  id TEXT PRIMARY KEY,
  seller_id TEXT NOT NULL,
  connection_id TEXT NOT NULL REFERENCES usher_connections (id),
  product_id TEXT NOT NULL REFERENCES usher_products (id),
  service TEXT NOT NULL,
  all_variants INTEGER NOT NULL,
  variants TEXT NOT NULL,
  targets TEXT NOT NULL,
  end_action TEXT NOT NULL,
  from_at INTEGER,
  created_at INTEGER NOT NULL,
  removed_at INTEGER,
  leaving TEXT NOT NULL
) STRICT;
CREATE INDEX usher_attachments_connection ON usher_attachments (connection_id, created_at, id);
CREATE INDEX usher_attachments_product ON usher_attachments (product_id, created_at, id);

-- There is no page index of a state of one connection or product: whoever asks
-- for one reads the seller's claims in that state, or all of the connection's.
CREATE TABLE usher_claims (
  id TEXT PRIMARY KEY,
  seller_id TEXT NOT NULL,
  connection_id TEXT NOT NULL REFERENCES usher_connections (id),
  purchase_id TEXT NOT NULL REFERENCES usher_purchases (id),
  seat_id TEXT NOT NULL,
  product_id TEXT NOT NULL,
  service TEXT NOT NULL,
  email TEXT NOT NULL,
  subject TEXT NOT NULL,
  name TEXT NOT NULL,
  old_subject TEXT NOT NULL,
  targets TEXT NOT NULL,
  end_action TEXT NOT NULL,
  state TEXT NOT NULL,
  cause TEXT NOT NULL,
  missing TEXT NOT NULL,
  forget INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  ended_at INTEGER
) STRICT;
CREATE UNIQUE INDEX usher_claims_seat ON usher_claims (connection_id, purchase_id, seat_id);
CREATE INDEX usher_claims_subject ON usher_claims (connection_id, subject) WHERE subject <> '';
CREATE INDEX usher_claims_old_subject ON usher_claims (connection_id, old_subject) WHERE old_subject <> '';
CREATE INDEX usher_claims_email ON usher_claims (seller_id, email, created_at, id);
CREATE INDEX usher_claims_page ON usher_claims (seller_id, created_at, id);
CREATE INDEX usher_claims_purchase ON usher_claims (purchase_id, created_at, id);
CREATE INDEX usher_claims_state ON usher_claims (seller_id, state, created_at, id);
CREATE INDEX usher_claims_connection ON usher_claims (connection_id, created_at, id);
CREATE INDEX usher_claims_product ON usher_claims (product_id, created_at, id);

CREATE TABLE usher_grants (
  id TEXT PRIMARY KEY,
  seller_id TEXT NOT NULL,
  connection_id TEXT NOT NULL REFERENCES usher_connections (id),
  subject TEXT NOT NULL,
  version INTEGER NOT NULL,
  name TEXT NOT NULL,
  member_id TEXT NOT NULL,
  is_in INTEGER NOT NULL,
  origin TEXT NOT NULL,
  given TEXT NOT NULL,
  held TEXT NOT NULL,
  missing TEXT NOT NULL,
  intent TEXT NOT NULL,
  intent_targets TEXT NOT NULL,
  absent INTEGER NOT NULL,
  unanswered INTEGER NOT NULL,
  asked TEXT NOT NULL,
  party TEXT NOT NULL,
  cause TEXT NOT NULL,
  stuck TEXT NOT NULL,
  blocker TEXT NOT NULL,
  detail TEXT NOT NULL,
  tries INTEGER NOT NULL,
  tried_at INTEGER,
  try_at INTEGER,
  end_action TEXT NOT NULL,
  end_at INTEGER,
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX usher_grants_subject ON usher_grants (connection_id, subject);
CREATE INDEX usher_grants_page ON usher_grants (connection_id, created_at, id);

-- browser is all zeros where a pass is not bound to one.
CREATE TABLE usher_passes (
  digest BLOB PRIMARY KEY,
  kind TEXT NOT NULL,
  seller_id TEXT NOT NULL,
  claim_id TEXT NOT NULL,
  browser BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX usher_passes_end ON usher_passes (expires_at);

CREATE TABLE usher_blocks (
  seller_id TEXT NOT NULL,
  email TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (seller_id, email)
) STRICT, WITHOUT ROWID;

UPDATE usher_meta SET value = '2' WHERE key = 'schema';
