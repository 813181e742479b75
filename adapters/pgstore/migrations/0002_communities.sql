-- +goose NO TRANSACTION
-- +goose Up

-- Each statement is a transaction of its own, and can be run again, so that no
-- lock on a table that is in use waits for another.
ALTER TABLE usher_products ADD COLUMN IF NOT EXISTS refund_keeps_access boolean NOT NULL DEFAULT FALSE;
ALTER TABLE usher_purchases ADD COLUMN IF NOT EXISTS variants_at timestamptz;
ALTER TABLE usher_purchases ADD COLUMN IF NOT EXISTS access_kept boolean NOT NULL DEFAULT FALSE;
ALTER TABLE usher_purchases ADD COLUMN IF NOT EXISTS erased_at timestamptz;

-- The token is sealed; secret is the number of the secret that it was sealed with.
CREATE TABLE IF NOT EXISTS usher_connections (
  id text COLLATE "C" PRIMARY KEY,
  seller_id text COLLATE "C" NOT NULL REFERENCES usher_sellers (id),
  service text COLLATE "C" NOT NULL,
  dialect text COLLATE "C" NOT NULL,
  remote_id text COLLATE "C" NOT NULL,
  name text NOT NULL,
  account text NOT NULL,
  account_id text COLLATE "C" NOT NULL,
  target text COLLATE "C" NOT NULL,
  members_only boolean NOT NULL,
  quota bigint NOT NULL,
  secret_end text NOT NULL,
  secret_set_at timestamptz,
  health text COLLATE "C" NOT NULL,
  causes text COLLATE "C" NOT NULL,
  checked_at timestamptz,
  leaving text COLLATE "C" NOT NULL,
  bot_leaves boolean NOT NULL,
  created_at timestamptz NOT NULL,
  closed_at timestamptz,
  sealed bytea,
  secret bigint NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS usher_connections_page ON usher_connections (seller_id, created_at, id);
CREATE UNIQUE INDEX IF NOT EXISTS usher_connections_remote ON usher_connections (service, remote_id, seller_id) WHERE remote_id <> '' AND closed_at IS NULL;

CREATE TABLE IF NOT EXISTS usher_calls (
  connection_id text COLLATE "C" NOT NULL REFERENCES usher_connections (id),
  month text COLLATE "C" NOT NULL,
  n bigint NOT NULL,
  PRIMARY KEY (connection_id, month)
);

CREATE TABLE IF NOT EXISTS usher_attachments (
  id text COLLATE "C" PRIMARY KEY,
  seller_id text COLLATE "C" NOT NULL,
  connection_id text COLLATE "C" NOT NULL REFERENCES usher_connections (id),
  product_id text COLLATE "C" NOT NULL REFERENCES usher_products (id),
  service text COLLATE "C" NOT NULL,
  all_variants boolean NOT NULL,
  variants text COLLATE "C" NOT NULL,
  targets text COLLATE "C" NOT NULL,
  end_action text COLLATE "C" NOT NULL,
  from_at timestamptz,
  created_at timestamptz NOT NULL,
  removed_at timestamptz,
  leaving text COLLATE "C" NOT NULL
);
CREATE INDEX IF NOT EXISTS usher_attachments_connection ON usher_attachments (connection_id, created_at, id);
CREATE INDEX IF NOT EXISTS usher_attachments_product ON usher_attachments (product_id, created_at, id);

-- There is no page index of a state of one connection or product: whoever asks
-- for one reads the seller's claims in that state, or all of the connection's.
CREATE TABLE IF NOT EXISTS usher_claims (
  id text COLLATE "C" PRIMARY KEY,
  seller_id text COLLATE "C" NOT NULL,
  connection_id text COLLATE "C" NOT NULL REFERENCES usher_connections (id),
  purchase_id text COLLATE "C" NOT NULL REFERENCES usher_purchases (id),
  seat_id text COLLATE "C" NOT NULL,
  product_id text COLLATE "C" NOT NULL,
  service text COLLATE "C" NOT NULL,
  email text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  name text NOT NULL,
  old_subject text COLLATE "C" NOT NULL,
  targets text COLLATE "C" NOT NULL,
  end_action text COLLATE "C" NOT NULL,
  state text COLLATE "C" NOT NULL,
  cause text COLLATE "C" NOT NULL,
  missing text COLLATE "C" NOT NULL,
  forget boolean NOT NULL,
  created_at timestamptz NOT NULL,
  ended_at timestamptz
);
CREATE UNIQUE INDEX IF NOT EXISTS usher_claims_seat ON usher_claims (connection_id, purchase_id, seat_id);
CREATE INDEX IF NOT EXISTS usher_claims_subject ON usher_claims (connection_id, subject) WHERE subject <> '';
CREATE INDEX IF NOT EXISTS usher_claims_old_subject ON usher_claims (connection_id, old_subject) WHERE old_subject <> '';
CREATE INDEX IF NOT EXISTS usher_claims_email ON usher_claims (seller_id, email, created_at, id);
CREATE INDEX IF NOT EXISTS usher_claims_page ON usher_claims (seller_id, created_at, id);
CREATE INDEX IF NOT EXISTS usher_claims_purchase ON usher_claims (purchase_id, created_at, id);
CREATE INDEX IF NOT EXISTS usher_claims_state ON usher_claims (seller_id, state, created_at, id);
CREATE INDEX IF NOT EXISTS usher_claims_connection ON usher_claims (connection_id, created_at, id);
CREATE INDEX IF NOT EXISTS usher_claims_product ON usher_claims (product_id, created_at, id);

CREATE TABLE IF NOT EXISTS usher_grants (
  id text COLLATE "C" PRIMARY KEY,
  seller_id text COLLATE "C" NOT NULL,
  connection_id text COLLATE "C" NOT NULL REFERENCES usher_connections (id),
  subject text COLLATE "C" NOT NULL,
  version bigint NOT NULL,
  name text NOT NULL,
  member_id text COLLATE "C" NOT NULL,
  is_in boolean NOT NULL,
  origin text COLLATE "C" NOT NULL,
  given text COLLATE "C" NOT NULL,
  held text COLLATE "C" NOT NULL,
  missing text COLLATE "C" NOT NULL,
  intent text COLLATE "C" NOT NULL,
  intent_targets text COLLATE "C" NOT NULL,
  absent boolean NOT NULL,
  unanswered boolean NOT NULL,
  asked text COLLATE "C" NOT NULL,
  party text COLLATE "C" NOT NULL,
  cause text COLLATE "C" NOT NULL,
  stuck text COLLATE "C" NOT NULL,
  blocker text COLLATE "C" NOT NULL,
  detail text NOT NULL,
  tries bigint NOT NULL,
  tried_at timestamptz,
  try_at timestamptz,
  end_action text COLLATE "C" NOT NULL,
  end_at timestamptz,
  created_at timestamptz NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS usher_grants_subject ON usher_grants (connection_id, subject);
CREATE INDEX IF NOT EXISTS usher_grants_page ON usher_grants (connection_id, created_at, id);

-- browser is all zeros where a pass is not bound to one.
CREATE TABLE IF NOT EXISTS usher_passes (
  digest bytea PRIMARY KEY,
  kind text COLLATE "C" NOT NULL,
  seller_id text COLLATE "C" NOT NULL,
  claim_id text COLLATE "C" NOT NULL,
  browser bytea NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX IF NOT EXISTS usher_passes_end ON usher_passes (expires_at);

CREATE TABLE IF NOT EXISTS usher_blocks (
  seller_id text COLLATE "C" NOT NULL,
  email text COLLATE "C" NOT NULL,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (seller_id, email)
);

UPDATE usher_meta SET value = '2' WHERE key = 'schema';
