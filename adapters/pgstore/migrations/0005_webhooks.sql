-- +goose NO TRANSACTION
-- +goose Up

-- Each statement is a transaction of its own, and can be run again.

-- When its seller marked a sale as shipped, and where the parcel can be followed.
ALTER TABLE usher_purchases ADD COLUMN IF NOT EXISTS shipped_at timestamptz;
ALTER TABLE usher_purchases ADD COLUMN IF NOT EXISTS tracking_url text NOT NULL DEFAULT '';

-- The newest sales are listed with their renewals, and the members of a product.
DROP INDEX CONCURRENTLY IF EXISTS usher_payments_renewals;
CREATE INDEX CONCURRENTLY usher_payments_renewals ON usher_payments (seller_id, created_at, id) WHERE kind = 'renewal' AND status = 'paid';
DROP INDEX CONCURRENTLY IF EXISTS usher_memberships_product;
CREATE INDEX CONCURRENTLY usher_memberships_product ON usher_memberships (product_id, created_at, id);

CREATE TABLE IF NOT EXISTS usher_applications (
  id text COLLATE "C" PRIMARY KEY,
  seller_id text COLLATE "C" NOT NULL REFERENCES usher_sellers (id),
  name text NOT NULL,
  digest bytea NOT NULL,
  scopes text COLLATE "C" NOT NULL,
  created_at timestamptz NOT NULL,
  revoked_at timestamptz
);
CREATE INDEX IF NOT EXISTS usher_applications_page ON usher_applications (seller_id, created_at, id);

ALTER TABLE usher_tokens ADD COLUMN IF NOT EXISTS application_id text COLLATE "C" NOT NULL DEFAULT '';
DROP INDEX CONCURRENTLY IF EXISTS usher_tokens_application;
CREATE INDEX CONCURRENTLY usher_tokens_application ON usher_tokens (seller_id, application_id) WHERE scopes <> '' AND revoked_at IS NULL;

-- The secrets are sealed; secret is the number of the secret that they were sealed with.
CREATE TABLE IF NOT EXISTS usher_webhooks (
  id text COLLATE "C" PRIMARY KEY,
  seller_id text COLLATE "C" NOT NULL REFERENCES usher_sellers (id),
  application_id text COLLATE "C" NOT NULL,
  name text NOT NULL,
  url text NOT NULL,
  format text COLLATE "C" NOT NULL,
  topics text COLLATE "C" NOT NULL,
  ping text COLLATE "C" NOT NULL,
  durable boolean NOT NULL,
  secret_set_at timestamptz,
  rotated_at timestamptz,
  failures bigint NOT NULL,
  retry_at timestamptz,
  stopped_at timestamptz,
  stopped text NOT NULL,
  created_at timestamptz NOT NULL,
  deleted_at timestamptz,
  sealed bytea,
  secret bigint NOT NULL DEFAULT 0
);
CREATE INDEX IF NOT EXISTS usher_webhooks_page ON usher_webhooks (seller_id, created_at, id);
CREATE INDEX IF NOT EXISTS usher_webhooks_live ON usher_webhooks (seller_id, created_at, id) WHERE deleted_at IS NULL AND stopped_at IS NULL;

CREATE TABLE IF NOT EXISTS usher_deliveries (
  id text COLLATE "C" PRIMARY KEY,
  seller_id text COLLATE "C" NOT NULL,
  webhook_id text COLLATE "C" NOT NULL REFERENCES usher_webhooks (id),
  event_id text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  seq bigint NOT NULL,
  event text NOT NULL,
  topic text NOT NULL,
  payload text NOT NULL,
  at timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  status text COLLATE "C" NOT NULL,
  first_due_at timestamptz NOT NULL,
  tries bigint NOT NULL,
  due_at timestamptz NOT NULL,
  tried_at timestamptz,
  answered bigint NOT NULL,
  why text NOT NULL,
  done_at timestamptz
);
CREATE UNIQUE INDEX IF NOT EXISTS usher_deliveries_event ON usher_deliveries (webhook_id, event_id);
CREATE INDEX IF NOT EXISTS usher_deliveries_line ON usher_deliveries (webhook_id, subject, seq, id) WHERE status = 'waiting';
CREATE INDEX IF NOT EXISTS usher_deliveries_page ON usher_deliveries (seller_id, created_at, id);
CREATE INDEX IF NOT EXISTS usher_deliveries_status ON usher_deliveries (seller_id, status, created_at, id);
CREATE INDEX IF NOT EXISTS usher_deliveries_webhook ON usher_deliveries (webhook_id, created_at, id);
CREATE INDEX IF NOT EXISTS usher_deliveries_done ON usher_deliveries (done_at) WHERE status <> 'waiting';

UPDATE usher_meta SET value = '5' WHERE key = 'schema';
