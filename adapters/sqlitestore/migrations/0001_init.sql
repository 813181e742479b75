-- +goose Up

-- schema is the number of the newest migration; a program that knows oldest or
-- a later one may use the database. test_clock, where there is one, is the
-- business time in microseconds.
CREATE TABLE usher_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
INSERT INTO usher_meta (key, value) VALUES ('schema', '1'), ('oldest', '1');

CREATE TABLE usher_sellers (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL,
  name TEXT NOT NULL,
  email TEXT NOT NULL,
  address TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX usher_sellers_page ON usher_sellers (created_at, id);

-- The columns that end in _key are the folded form of the ones before them.
CREATE TABLE usher_products (
  id TEXT PRIMARY KEY,
  seller_id TEXT NOT NULL REFERENCES usher_sellers (id),
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  permalink TEXT NOT NULL,
  permalink_key TEXT NOT NULL UNIQUE,
  custom_permalink TEXT NOT NULL,
  custom_key TEXT NOT NULL,
  price INTEGER NOT NULL,
  currency TEXT NOT NULL,
  monthly INTEGER,
  quarterly INTEGER,
  biannually INTEGER,
  yearly INTEGER,
  every_two_years INTEGER,
  includes TEXT NOT NULL,
  licensed INTEGER NOT NULL,
  multiseat INTEGER NOT NULL,
  most_seats INTEGER NOT NULL,
  published INTEGER NOT NULL,
  preorder INTEGER NOT NULL,
  product_id_not_needed INTEGER NOT NULL,
  free_trial INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  deleted_at INTEGER,
  stamp INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX usher_products_page ON usher_products (seller_id, created_at, id);
CREATE UNIQUE INDEX usher_products_custom ON usher_products (seller_id, custom_key) WHERE custom_key <> '';

CREATE TABLE usher_variants (
  id TEXT PRIMARY KEY,
  seller_id TEXT NOT NULL,
  product_id TEXT NOT NULL REFERENCES usher_products (id),
  category TEXT NOT NULL,
  name TEXT NOT NULL,
  position INTEGER NOT NULL,
  price INTEGER NOT NULL,
  monthly INTEGER,
  quarterly INTEGER,
  biannually INTEGER,
  yearly INTEGER,
  every_two_years INTEGER,
  most_seats INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX usher_variants_product ON usher_variants (product_id, position, id);

-- membership_id, gift_of, bundle_of and preorder_of may name what is not there
-- yet: an import brings both sides in either order.
CREATE TABLE usher_purchases (
  id TEXT PRIMARY KEY,
  seller_id TEXT NOT NULL,
  product_id TEXT NOT NULL REFERENCES usher_products (id),
  membership_id TEXT NOT NULL,
  order_number INTEGER NOT NULL,
  status TEXT NOT NULL,
  email TEXT NOT NULL,
  full_name TEXT NOT NULL,
  purchaser_id TEXT NOT NULL,
  quantity INTEGER NOT NULL,
  price INTEGER NOT NULL,
  currency TEXT NOT NULL,
  original_price INTEGER,
  variants TEXT NOT NULL,
  multiseat INTEGER NOT NULL,
  gift_given INTEGER NOT NULL,
  gift_of TEXT NOT NULL,
  bundle_of TEXT NOT NULL,
  preorder_of TEXT NOT NULL,
  fee INTEGER NOT NULL,
  custom_fields TEXT NOT NULL,
  offer_code TEXT NOT NULL,
  offer_percent INTEGER NOT NULL,
  offer_amount INTEGER NOT NULL,
  affiliate_email TEXT NOT NULL,
  affiliate_credit INTEGER NOT NULL,
  card_visual TEXT NOT NULL,
  card_type TEXT NOT NULL,
  card_expiry_month INTEGER NOT NULL,
  card_expiry_year INTEGER NOT NULL,
  referrer TEXT NOT NULL,
  country TEXT NOT NULL,
  can_contact INTEGER NOT NULL,
  discover_fee INTEGER NOT NULL,
  refunded INTEGER NOT NULL,
  refunded_at INTEGER,
  disputed_at INTEGER,
  dispute_won_at INTEGER,
  revoked_at INTEGER,
  created_at INTEGER NOT NULL,
  UNIQUE (seller_id, order_number)
) STRICT;
CREATE INDEX usher_purchases_page ON usher_purchases (seller_id, created_at, id);
CREATE INDEX usher_purchases_product ON usher_purchases (product_id, created_at, id);
CREATE INDEX usher_purchases_membership ON usher_purchases (membership_id) WHERE membership_id <> '';
CREATE INDEX usher_purchases_bundle ON usher_purchases (bundle_of, created_at, id) WHERE bundle_of <> '';
CREATE INDEX usher_purchases_gift ON usher_purchases (gift_of) WHERE gift_of <> '';

CREATE TABLE usher_terms (
  seller_id TEXT NOT NULL,
  term TEXT NOT NULL,
  purchase_id TEXT NOT NULL,
  PRIMARY KEY (seller_id, term, purchase_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX usher_terms_purchase ON usher_terms (purchase_id, term);

-- pending_, notice_, in_flight_ and outstanding_ are all empty where there is
-- none. ledger_owed has up to 128 bits, in decimal digits.
CREATE TABLE usher_memberships (
  id TEXT PRIMARY KEY,
  seller_id TEXT NOT NULL,
  product_id TEXT NOT NULL,
  purchase_id TEXT NOT NULL,
  method TEXT NOT NULL,
  elsewhere INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  version INTEGER NOT NULL,
  status TEXT NOT NULL,
  end_reason TEXT NOT NULL,
  status_before TEXT NOT NULL,
  cancelled_by TEXT NOT NULL,
  anchor_at INTEGER NOT NULL,
  offset_months INTEGER NOT NULL,
  recurrence TEXT NOT NULL,
  cycle INTEGER NOT NULL,
  free_trial_ends_at INTEGER,
  charges INTEGER NOT NULL,
  installments INTEGER NOT NULL,
  tier TEXT NOT NULL,
  unit INTEGER NOT NULL,
  currency TEXT NOT NULL,
  included_seats INTEGER NOT NULL,
  discount_kind TEXT NOT NULL,
  discount_value INTEGER NOT NULL,
  discount_cycles INTEGER NOT NULL,
  seats INTEGER NOT NULL,
  complimentary_seats INTEGER NOT NULL,
  assigned_seats INTEGER NOT NULL,
  pending_seats INTEGER NOT NULL,
  pending_tier TEXT NOT NULL,
  pending_recurrence TEXT NOT NULL,
  pending_unit INTEGER NOT NULL,
  pending_priced INTEGER NOT NULL,
  pending_change INTEGER NOT NULL,
  notice_tier TEXT NOT NULL,
  notice_recurrence TEXT NOT NULL,
  notice_unit INTEGER NOT NULL,
  notice_effective_at INTEGER,
  notice_notified_at INTEGER,
  ledger_owed TEXT NOT NULL,
  ledger_settled INTEGER NOT NULL,
  given_back INTEGER NOT NULL,
  in_flight_payment_id TEXT NOT NULL,
  in_flight_kind TEXT NOT NULL,
  in_flight_priced_at INTEGER,
  in_flight_due INTEGER NOT NULL,
  in_flight_asked INTEGER NOT NULL,
  in_flight_expires_at INTEGER,
  in_flight_seats INTEGER NOT NULL,
  in_flight_tier TEXT NOT NULL,
  in_flight_recurrence TEXT NOT NULL,
  in_flight_unit INTEGER NOT NULL,
  in_flight_ends_seats INTEGER NOT NULL,
  in_flight_ends_terms INTEGER NOT NULL,
  in_flight_anew INTEGER NOT NULL,
  outstanding_amount INTEGER NOT NULL,
  outstanding_carried INTEGER NOT NULL,
  outstanding_attempts INTEGER NOT NULL,
  outstanding_due_at INTEGER,
  outstanding_grace_ends_at INTEGER,
  outstanding_retry_at INTEGER,
  cancel_requested_at INTEGER,
  cancelled_at INTEGER,
  failed_at INTEGER,
  ended_at INTEGER,
  deactivated_at INTEGER,
  last_at INTEGER,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX usher_memberships_page ON usher_memberships (seller_id, created_at, id);
CREATE INDEX usher_memberships_tier ON usher_memberships (seller_id, tier) WHERE tier <> '';
CREATE INDEX usher_memberships_coming ON usher_memberships (seller_id, in_flight_tier) WHERE in_flight_tier <> '';

-- membership_id may name what is not there yet. The indexes name the seller, so
-- that no seller's payment is in the way of another's.
CREATE TABLE usher_payments (
  id TEXT PRIMARY KEY,
  seller_id TEXT NOT NULL,
  purchase_id TEXT NOT NULL REFERENCES usher_purchases (id),
  key TEXT NOT NULL,
  processor_ref TEXT NOT NULL,
  membership_id TEXT NOT NULL,
  cycle INTEGER NOT NULL,
  kind TEXT NOT NULL,
  status TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  amount INTEGER NOT NULL,
  currency TEXT NOT NULL,
  target_seats INTEGER NOT NULL,
  target_tier TEXT NOT NULL,
  target_recurrence TEXT NOT NULL,
  target_unit INTEGER NOT NULL,
  target_ends_seats INTEGER NOT NULL,
  target_ends_terms INTEGER NOT NULL,
  target_anew INTEGER NOT NULL,
  method TEXT NOT NULL,
  elsewhere INTEGER NOT NULL,
  priced_at INTEGER,
  decline TEXT NOT NULL,
  refunded INTEGER NOT NULL,
  refunding INTEGER NOT NULL,
  paid_at INTEGER,
  voided_at INTEGER,
  created_at INTEGER NOT NULL,
  UNIQUE (seller_id, key)
) STRICT;
CREATE INDEX usher_payments_page ON usher_payments (seller_id, created_at, id);
CREATE INDEX usher_payments_purchase ON usher_payments (purchase_id, created_at, id);
CREATE UNIQUE INDEX usher_payments_processor ON usher_payments (seller_id, processor_ref) WHERE processor_ref <> '';
CREATE UNIQUE INDEX usher_payments_cycle ON usher_payments (seller_id, membership_id, cycle) WHERE kind = 'renewal' AND status = 'paid';
CREATE INDEX usher_payments_waiting ON usher_payments (seller_id, target_tier)
  WHERE kind = 'sale' AND status IN ('intended', 'sent', 'needs_action') AND target_tier <> '';

CREATE TABLE usher_refunds (
  id TEXT PRIMARY KEY,
  seller_id TEXT NOT NULL,
  payment_id TEXT NOT NULL REFERENCES usher_payments (id),
  key TEXT NOT NULL,
  amount INTEGER NOT NULL,
  cause TEXT NOT NULL,
  status TEXT NOT NULL,
  processor_ref TEXT NOT NULL,
  settled_at INTEGER,
  created_at INTEGER NOT NULL,
  UNIQUE (seller_id, key)
) STRICT;
CREATE INDEX usher_refunds_page ON usher_refunds (seller_id, created_at, id);
CREATE INDEX usher_refunds_payment ON usher_refunds (payment_id, created_at, id);

CREATE TABLE usher_disputes (
  id TEXT PRIMARY KEY,
  seller_id TEXT NOT NULL,
  payment_id TEXT NOT NULL REFERENCES usher_payments (id),
  amount INTEGER NOT NULL,
  processor_ref TEXT NOT NULL,
  opened_at INTEGER NOT NULL,
  won_at INTEGER,
  lost_at INTEGER
) STRICT;
CREATE INDEX usher_disputes_page ON usher_disputes (seller_id, opened_at, id);
CREATE INDEX usher_disputes_payment ON usher_disputes (payment_id, opened_at, id);

CREATE TABLE usher_seats (
  id TEXT PRIMARY KEY,
  seller_id TEXT NOT NULL,
  purchase_id TEXT NOT NULL REFERENCES usher_purchases (id),
  email TEXT NOT NULL,
  status TEXT NOT NULL,
  claimed_at INTEGER,
  revoked_at INTEGER,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX usher_seats_page ON usher_seats (seller_id, created_at, id);
CREATE INDEX usher_seats_purchase ON usher_seats (purchase_id, created_at, id);
CREATE UNIQUE INDEX usher_seats_email ON usher_seats (purchase_id, email) WHERE status <> 'revoked';

-- The key is sealed; digest finds it and last8 finds its end. secret is the
-- number of the secret that all three were made with.
CREATE TABLE usher_licenses (
  id TEXT PRIMARY KEY,
  seller_id TEXT NOT NULL,
  product_id TEXT NOT NULL,
  purchase_id TEXT NOT NULL REFERENCES usher_purchases (id),
  seat_id TEXT NOT NULL,
  digest BLOB NOT NULL,
  last8 BLOB NOT NULL,
  sealed BLOB NOT NULL,
  secret INTEGER NOT NULL,
  disabled_at INTEGER,
  created_at INTEGER NOT NULL,
  stamp INTEGER NOT NULL DEFAULT 1,
  UNIQUE (digest, product_id),
  UNIQUE (purchase_id, seat_id)
) STRICT;
CREATE INDEX usher_licenses_page ON usher_licenses (seller_id, created_at, id);

-- Apart from the licence, so that counting never meets a change of it.
CREATE TABLE usher_license_uses (license_id TEXT PRIMARY KEY, n INTEGER NOT NULL) STRICT, WITHOUT ROWID;

-- Name and scopes are empty on a token that is a sale's or a seat's.
CREATE TABLE usher_tokens (
  id TEXT PRIMARY KEY,
  seller_id TEXT NOT NULL REFERENCES usher_sellers (id),
  purchase_id TEXT NOT NULL,
  seat_id TEXT NOT NULL,
  name TEXT NOT NULL,
  digest BLOB NOT NULL UNIQUE,
  scopes TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;
CREATE INDEX usher_tokens_page ON usher_tokens (seller_id, created_at, id) WHERE scopes <> '';

-- A number is never given twice, even if the newest event is gone.
CREATE TABLE usher_events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL,
  seller_id TEXT NOT NULL,
  subject TEXT NOT NULL,
  name TEXT NOT NULL,
  payload TEXT NOT NULL,
  at INTEGER NOT NULL,
  dispatched_at INTEGER
) STRICT;
CREATE INDEX usher_events_new ON usher_events (seq) WHERE dispatched_at IS NULL;

CREATE TABLE usher_jobs (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  lane TEXT NOT NULL,
  key TEXT NOT NULL,
  payload TEXT NOT NULL,
  due_at INTEGER NOT NULL,
  leased_until INTEGER,
  fence INTEGER NOT NULL DEFAULT 0,
  nudge INTEGER NOT NULL DEFAULT 0,
  tries INTEGER NOT NULL DEFAULT 0,
  dead_at INTEGER,
  why TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE UNIQUE INDEX usher_jobs_key ON usher_jobs (key) WHERE dead_at IS NULL AND key <> '';
CREATE INDEX usher_jobs_due ON usher_jobs (due_at, id) WHERE dead_at IS NULL;
CREATE INDEX usher_jobs_lane ON usher_jobs (lane, due_at, id) WHERE dead_at IS NULL;
CREATE INDEX usher_jobs_dead ON usher_jobs (due_at, id) WHERE dead_at IS NOT NULL;
CREATE INDEX usher_jobs_dead_lane ON usher_jobs (lane, due_at, id) WHERE dead_at IS NOT NULL;

CREATE TABLE usher_leases (name TEXT PRIMARY KEY, fence INTEGER NOT NULL, until INTEGER NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE usher_commands (
  seller_id TEXT NOT NULL,
  key TEXT NOT NULL,
  request BLOB NOT NULL,
  state TEXT NOT NULL,
  answer BLOB,
  secret INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (seller_id, key)
) STRICT, WITHOUT ROWID;

-- sealed is recipient, subject and text; secret is the number of its secret.
CREATE TABLE usher_mails (
  id TEXT PRIMARY KEY,
  seller_id TEXT NOT NULL REFERENCES usher_sellers (id),
  cause TEXT NOT NULL,
  sealed BLOB NOT NULL,
  secret INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (seller_id, cause)
) STRICT;
CREATE INDEX usher_mails_page ON usher_mails (seller_id, created_at, id);

-- seller_id is empty on the system's own.
CREATE TABLE usher_progress (
  seller_id TEXT NOT NULL,
  id TEXT NOT NULL,
  done INTEGER NOT NULL,
  total INTEGER NOT NULL,
  cursor_at INTEGER,
  cursor_id TEXT NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  PRIMARY KEY (seller_id, id)
) STRICT, WITHOUT ROWID;
