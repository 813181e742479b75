-- +goose Up

-- When its seller marked a sale as shipped, and where the parcel can be followed.
ALTER TABLE usher_purchases ADD COLUMN shipped_at INTEGER;
ALTER TABLE usher_purchases ADD COLUMN tracking_url TEXT NOT NULL DEFAULT '';

-- The newest sales are listed with their renewals, and the members of a product.
DROP INDEX IF EXISTS usher_payments_renewals;
CREATE INDEX usher_payments_renewals ON usher_payments (seller_id, created_at, id) WHERE kind = 'renewal' AND status = 'paid';
DROP INDEX IF EXISTS usher_memberships_product;
CREATE INDEX usher_memberships_product ON usher_memberships (product_id, created_at, id);

CREATE TABLE usher_applications (
  id TEXT PRIMARY KEY,
  seller_id TEXT NOT NULL REFERENCES usher_sellers (id),
  name TEXT NOT NULL,
  digest BLOB NOT NULL,
  scopes TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;
CREATE INDEX usher_applications_page ON usher_applications (seller_id, created_at, id);

ALTER TABLE usher_tokens ADD COLUMN application_id TEXT NOT NULL DEFAULT '';
DROP INDEX IF EXISTS usher_tokens_application;
CREATE INDEX usher_tokens_application ON usher_tokens (seller_id, application_id) WHERE scopes <> '' AND revoked_at IS NULL;

-- The secrets are sealed; secret is the number of the secret that they were sealed with.
CREATE TABLE usher_webhooks (
  id TEXT PRIMARY KEY,
  seller_id TEXT NOT NULL REFERENCES usher_sellers (id),
  application_id TEXT NOT NULL,
  name TEXT NOT NULL,
  url TEXT NOT NULL,
  format TEXT NOT NULL,
  topics TEXT NOT NULL,
  ping TEXT NOT NULL,
  durable INTEGER NOT NULL,
  secret_set_at INTEGER,
  rotated_at INTEGER,
  failures INTEGER NOT NULL,
  retry_at INTEGER,
  stopped_at INTEGER,
  stopped TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  deleted_at INTEGER,
  sealed BLOB,
  secret INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX usher_webhooks_page ON usher_webhooks (seller_id, created_at, id);
CREATE INDEX usher_webhooks_live ON usher_webhooks (seller_id, created_at, id) WHERE deleted_at IS NULL AND stopped_at IS NULL;

CREATE TABLE usher_deliveries (
  id TEXT PRIMARY KEY,
  seller_id TEXT NOT NULL,
  webhook_id TEXT NOT NULL REFERENCES usher_webhooks (id),
  event_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  seq INTEGER NOT NULL,
  event TEXT NOT NULL,
  topic TEXT NOT NULL,
  payload TEXT NOT NULL,
  at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  status TEXT NOT NULL,
  first_due_at INTEGER NOT NULL,
  tries INTEGER NOT NULL,
  due_at INTEGER NOT NULL,
  tried_at INTEGER,
  answered INTEGER NOT NULL,
  why TEXT NOT NULL,
  done_at INTEGER
) STRICT;
CREATE UNIQUE INDEX usher_deliveries_event ON usher_deliveries (webhook_id, event_id);
CREATE INDEX usher_deliveries_line ON usher_deliveries (webhook_id, subject, seq, id) WHERE status = 'waiting';
CREATE INDEX usher_deliveries_page ON usher_deliveries (seller_id, created_at, id);
CREATE INDEX usher_deliveries_status ON usher_deliveries (seller_id, status, created_at, id);
CREATE INDEX usher_deliveries_webhook ON usher_deliveries (webhook_id, created_at, id);
CREATE INDEX usher_deliveries_done ON usher_deliveries (done_at) WHERE status <> 'waiting';

UPDATE usher_meta SET value = '5' WHERE key = 'schema';
