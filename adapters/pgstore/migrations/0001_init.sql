-- +goose Up

-- schema is the number of the newest migration; a program that knows oldest or
-- a later one may use the database. test_clock, where there is one, is the
-- business time in microseconds.
CREATE TABLE usher_meta (key text COLLATE "C" PRIMARY KEY, value text NOT NULL);
INSERT INTO usher_meta (key, value) VALUES ('schema', '1'), ('oldest', '1');

CREATE TABLE usher_sellers (
  id text COLLATE "C" PRIMARY KEY,
  user_id text NOT NULL,
  name text NOT NULL,
  email text COLLATE "C" NOT NULL,
  address text NOT NULL,
  created_at timestamptz NOT NULL
);
CREATE INDEX usher_sellers_page ON usher_sellers (created_at, id);

-- The columns that end in _key are the folded form of the ones before them.
CREATE TABLE usher_products (
  id text COLLATE "C" PRIMARY KEY,
  seller_id text COLLATE "C" NOT NULL REFERENCES usher_sellers (id),
  kind text COLLATE "C" NOT NULL,
  name text NOT NULL,
  permalink text COLLATE "C" NOT NULL,
  permalink_key text COLLATE "C" NOT NULL UNIQUE,
  custom_permalink text COLLATE "C" NOT NULL,
  custom_key text COLLATE "C" NOT NULL,
  price bigint NOT NULL,
  currency text COLLATE "C" NOT NULL,
  monthly bigint,
  quarterly bigint,
  biannually bigint,
  yearly bigint,
  every_two_years bigint,
  includes text COLLATE "C" NOT NULL,
  licensed boolean NOT NULL,
  multiseat boolean NOT NULL,
  most_seats bigint NOT NULL,
  published boolean NOT NULL,
  preorder boolean NOT NULL,
  product_id_not_needed boolean NOT NULL,
  free_trial bigint NOT NULL,
  created_at timestamptz NOT NULL,
  deleted_at timestamptz,
  stamp bigint NOT NULL DEFAULT 1
);
CREATE INDEX usher_products_page ON usher_products (seller_id, created_at, id);
CREATE UNIQUE INDEX usher_products_custom ON usher_products (seller_id, custom_key) WHERE custom_key <> '';

CREATE TABLE usher_variants (
  id text COLLATE "C" PRIMARY KEY,
  seller_id text COLLATE "C" NOT NULL,
  product_id text COLLATE "C" NOT NULL REFERENCES usher_products (id),
  category text NOT NULL,
  name text NOT NULL,
  position bigint NOT NULL,
  price bigint NOT NULL,
  monthly bigint,
  quarterly bigint,
  biannually bigint,
  yearly bigint,
  every_two_years bigint,
  most_seats bigint NOT NULL,
  created_at timestamptz NOT NULL,
  deleted_at timestamptz
);
CREATE INDEX usher_variants_product ON usher_variants (product_id, position, id);

-- membership_id, gift_of, bundle_of and preorder_of may name what is not there
-- yet: an import brings both sides in either order.
CREATE TABLE usher_purchases (
  id text COLLATE "C" PRIMARY KEY,
  seller_id text COLLATE "C" NOT NULL,
  product_id text COLLATE "C" NOT NULL REFERENCES usher_products (id),
  membership_id text COLLATE "C" NOT NULL,
  order_number bigint NOT NULL,
  status text COLLATE "C" NOT NULL,
  email text COLLATE "C" NOT NULL,
  full_name text NOT NULL,
  purchaser_id text NOT NULL,
  quantity bigint NOT NULL,
  price bigint NOT NULL,
  currency text COLLATE "C" NOT NULL,
  original_price bigint,
  variants text COLLATE "C" NOT NULL,
  multiseat boolean NOT NULL,
  gift_given boolean NOT NULL,
  gift_of text COLLATE "C" NOT NULL,
  bundle_of text COLLATE "C" NOT NULL,
  preorder_of text COLLATE "C" NOT NULL,
  fee bigint NOT NULL,
  custom_fields text NOT NULL,
  offer_code text NOT NULL,
  offer_percent bigint NOT NULL,
  offer_amount bigint NOT NULL,
  affiliate_email text NOT NULL,
  affiliate_credit bigint NOT NULL,
  card_visual text NOT NULL,
  card_type text NOT NULL,
  card_expiry_month bigint NOT NULL,
  card_expiry_year bigint NOT NULL,
  referrer text NOT NULL,
  country text NOT NULL,
  can_contact boolean NOT NULL,
  discover_fee boolean NOT NULL,
  refunded bigint NOT NULL,
  refunded_at timestamptz,
  disputed_at timestamptz,
  dispute_won_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz NOT NULL,
  UNIQUE (seller_id, order_number)
);
CREATE INDEX usher_purchases_page ON usher_purchases (seller_id, created_at, id);
CREATE INDEX usher_purchases_product ON usher_purchases (product_id, created_at, id);
CREATE INDEX usher_purchases_membership ON usher_purchases (membership_id) WHERE membership_id <> '';
CREATE INDEX usher_purchases_bundle ON usher_purchases (bundle_of, created_at, id) WHERE bundle_of <> '';
CREATE INDEX usher_purchases_gift ON usher_purchases (gift_of) WHERE gift_of <> '';

CREATE TABLE usher_terms (
  seller_id text COLLATE "C" NOT NULL,
  term text COLLATE "C" NOT NULL,
  purchase_id text COLLATE "C" NOT NULL,
  PRIMARY KEY (seller_id, term, purchase_id)
);
CREATE INDEX usher_terms_purchase ON usher_terms (purchase_id, term);

-- pending_, notice_, in_flight_ and outstanding_ are all empty where there is
-- none. ledger_owed has up to 128 bits, in decimal digits.
CREATE TABLE usher_memberships (
  id text COLLATE "C" PRIMARY KEY,
  seller_id text COLLATE "C" NOT NULL,
  product_id text COLLATE "C" NOT NULL,
  purchase_id text COLLATE "C" NOT NULL,
  method text COLLATE "C" NOT NULL,
  elsewhere boolean NOT NULL,
  sequence bigint NOT NULL,
  version bigint NOT NULL,
  status text COLLATE "C" NOT NULL,
  end_reason text COLLATE "C" NOT NULL,
  status_before text COLLATE "C" NOT NULL,
  cancelled_by text COLLATE "C" NOT NULL,
  anchor_at timestamptz NOT NULL,
  offset_months bigint NOT NULL,
  recurrence text COLLATE "C" NOT NULL,
  cycle bigint NOT NULL,
  free_trial_ends_at timestamptz,
  charges bigint NOT NULL,
  installments boolean NOT NULL,
  tier text COLLATE "C" NOT NULL,
  unit bigint NOT NULL,
  currency text COLLATE "C" NOT NULL,
  included_seats bigint NOT NULL,
  discount_kind text COLLATE "C" NOT NULL,
  discount_value bigint NOT NULL,
  discount_cycles bigint NOT NULL,
  seats bigint NOT NULL,
  complimentary_seats bigint NOT NULL,
  assigned_seats bigint NOT NULL,
  pending_seats bigint NOT NULL,
  pending_tier text COLLATE "C" NOT NULL,
  pending_recurrence text COLLATE "C" NOT NULL,
  pending_unit bigint NOT NULL,
  pending_priced boolean NOT NULL,
  pending_change bigint NOT NULL,
  notice_tier text COLLATE "C" NOT NULL,
  notice_recurrence text COLLATE "C" NOT NULL,
  notice_unit bigint NOT NULL,
  notice_effective_at timestamptz,
  notice_notified_at timestamptz,
  ledger_owed text NOT NULL,
  ledger_settled bigint NOT NULL,
  given_back bigint NOT NULL,
  in_flight_payment_id text COLLATE "C" NOT NULL,
  in_flight_kind text COLLATE "C" NOT NULL,
  in_flight_priced_at timestamptz,
  in_flight_due bigint NOT NULL,
  in_flight_asked boolean NOT NULL,
  in_flight_expires_at timestamptz,
  in_flight_seats bigint NOT NULL,
  in_flight_tier text COLLATE "C" NOT NULL,
  in_flight_recurrence text COLLATE "C" NOT NULL,
  in_flight_unit bigint NOT NULL,
  in_flight_ends_seats boolean NOT NULL,
  in_flight_ends_terms boolean NOT NULL,
  in_flight_anew boolean NOT NULL,
  outstanding_amount bigint NOT NULL,
  outstanding_carried bigint NOT NULL,
  outstanding_attempts bigint NOT NULL,
  outstanding_due_at timestamptz,
  outstanding_grace_ends_at timestamptz,
  outstanding_retry_at timestamptz,
  cancel_requested_at timestamptz,
  cancelled_at timestamptz,
  failed_at timestamptz,
  ended_at timestamptz,
  deactivated_at timestamptz,
  last_at timestamptz,
  created_at timestamptz NOT NULL
);
CREATE INDEX usher_memberships_page ON usher_memberships (seller_id, created_at, id);
CREATE INDEX usher_memberships_tier ON usher_memberships (seller_id, tier) WHERE tier <> '';
CREATE INDEX usher_memberships_coming ON usher_memberships (seller_id, in_flight_tier) WHERE in_flight_tier <> '';

-- membership_id may name what is not there yet. The indexes name the seller, so
-- that no seller's payment is in the way of another's.
CREATE TABLE usher_payments (
  id text COLLATE "C" PRIMARY KEY,
  seller_id text COLLATE "C" NOT NULL,
  purchase_id text COLLATE "C" NOT NULL REFERENCES usher_purchases (id),
  key text COLLATE "C" NOT NULL,
  processor_ref text COLLATE "C" NOT NULL,
  membership_id text COLLATE "C" NOT NULL,
  cycle bigint NOT NULL,
  kind text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  attempt bigint NOT NULL,
  amount bigint NOT NULL,
  currency text COLLATE "C" NOT NULL,
  target_seats bigint NOT NULL,
  target_tier text COLLATE "C" NOT NULL,
  target_recurrence text COLLATE "C" NOT NULL,
  target_unit bigint NOT NULL,
  target_ends_seats boolean NOT NULL,
  target_ends_terms boolean NOT NULL,
  target_anew boolean NOT NULL,
  method text COLLATE "C" NOT NULL,
  elsewhere boolean NOT NULL,
  priced_at timestamptz,
  decline text COLLATE "C" NOT NULL,
  refunded bigint NOT NULL,
  refunding bigint NOT NULL,
  paid_at timestamptz,
  voided_at timestamptz,
  created_at timestamptz NOT NULL,
  UNIQUE (seller_id, key)
);
CREATE INDEX usher_payments_page ON usher_payments (seller_id, created_at, id);
CREATE INDEX usher_payments_purchase ON usher_payments (purchase_id, created_at, id);
CREATE UNIQUE INDEX usher_payments_processor ON usher_payments (seller_id, processor_ref) WHERE processor_ref <> '';
CREATE UNIQUE INDEX usher_payments_cycle ON usher_payments (seller_id, membership_id, cycle) WHERE kind = 'renewal' AND status = 'paid';
CREATE INDEX usher_payments_waiting ON usher_payments (seller_id, target_tier)
  WHERE kind = 'sale' AND status IN ('intended', 'sent', 'needs_action') AND target_tier <> '';

CREATE TABLE usher_refunds (
  id text COLLATE "C" PRIMARY KEY,
  seller_id text COLLATE "C" NOT NULL,
  payment_id text COLLATE "C" NOT NULL REFERENCES usher_payments (id),
  key text COLLATE "C" NOT NULL,
  amount bigint NOT NULL,
  cause text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  processor_ref text COLLATE "C" NOT NULL,
  settled_at timestamptz,
  created_at timestamptz NOT NULL,
  UNIQUE (seller_id, key)
);
CREATE INDEX usher_refunds_page ON usher_refunds (seller_id, created_at, id);
CREATE INDEX usher_refunds_payment ON usher_refunds (payment_id, created_at, id);

CREATE TABLE usher_disputes (
  id text COLLATE "C" PRIMARY KEY,
  seller_id text COLLATE "C" NOT NULL,
  payment_id text COLLATE "C" NOT NULL REFERENCES usher_payments (id),
  amount bigint NOT NULL,
  processor_ref text COLLATE "C" NOT NULL,
  opened_at timestamptz NOT NULL,
  won_at timestamptz,
  lost_at timestamptz
);
CREATE INDEX usher_disputes_page ON usher_disputes (seller_id, opened_at, id);
CREATE INDEX usher_disputes_payment ON usher_disputes (payment_id, opened_at, id);

CREATE TABLE usher_seats (
  id text COLLATE "C" PRIMARY KEY,
  seller_id text COLLATE "C" NOT NULL,
  purchase_id text COLLATE "C" NOT NULL REFERENCES usher_purchases (id),
  email text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  claimed_at timestamptz,
  revoked_at timestamptz,
  created_at timestamptz NOT NULL
);
CREATE INDEX usher_seats_page ON usher_seats (seller_id, created_at, id);
CREATE INDEX usher_seats_purchase ON usher_seats (purchase_id, created_at, id);
CREATE UNIQUE INDEX usher_seats_email ON usher_seats (purchase_id, email) WHERE status <> 'revoked';

-- The key is sealed; digest finds it and last8 finds its end. secret is the
-- number of the secret that all three were made with.
CREATE TABLE usher_licenses (
  id text COLLATE "C" PRIMARY KEY,
  seller_id text COLLATE "C" NOT NULL,
  product_id text COLLATE "C" NOT NULL,
  purchase_id text COLLATE "C" NOT NULL REFERENCES usher_purchases (id),
  seat_id text COLLATE "C" NOT NULL,
  digest bytea NOT NULL,
  last8 bytea NOT NULL,
  sealed bytea NOT NULL,
  secret bigint NOT NULL,
  disabled_at timestamptz,
  created_at timestamptz NOT NULL,
  stamp bigint NOT NULL DEFAULT 1,
  UNIQUE (digest, product_id),
  UNIQUE (purchase_id, seat_id)
);
CREATE INDEX usher_licenses_page ON usher_licenses (seller_id, created_at, id);

-- Apart from the licence, so that counting never meets a change of it.
-- Half of each page is free, so that a counted row stays in its page and no index
-- is touched.
CREATE TABLE usher_license_uses (license_id text COLLATE "C" PRIMARY KEY, n bigint NOT NULL) WITH (fillfactor = 50);

-- Name and scopes are empty on a token that is a sale's or a seat's.
CREATE TABLE usher_tokens (
  id text COLLATE "C" PRIMARY KEY,
  seller_id text COLLATE "C" NOT NULL REFERENCES usher_sellers (id),
  purchase_id text COLLATE "C" NOT NULL,
  seat_id text COLLATE "C" NOT NULL,
  name text NOT NULL,
  digest bytea NOT NULL UNIQUE,
  scopes text COLLATE "C" NOT NULL,
  created_at timestamptz NOT NULL,
  revoked_at timestamptz
);
CREATE INDEX usher_tokens_page ON usher_tokens (seller_id, created_at, id) WHERE scopes <> '';

-- A number is never given twice, even if the newest event is gone.
CREATE TABLE usher_events (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  id text COLLATE "C" NOT NULL,
  seller_id text COLLATE "C" NOT NULL,
  subject text COLLATE "C" NOT NULL,
  name text NOT NULL,
  payload text NOT NULL,
  at timestamptz NOT NULL,
  dispatched_at timestamptz
);
CREATE INDEX usher_events_new ON usher_events (seq) WHERE dispatched_at IS NULL;

CREATE TABLE usher_jobs (
  id text COLLATE "C" PRIMARY KEY,
  kind text COLLATE "C" NOT NULL,
  lane text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  payload text NOT NULL,
  due_at timestamptz NOT NULL,
  leased_until timestamptz,
  fence bigint NOT NULL DEFAULT 0,
  nudge bigint NOT NULL DEFAULT 0,
  tries bigint NOT NULL DEFAULT 0,
  dead_at timestamptz,
  why text NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX usher_jobs_key ON usher_jobs (key) WHERE dead_at IS NULL AND key <> '';
CREATE INDEX usher_jobs_due ON usher_jobs (due_at, id) WHERE dead_at IS NULL;
CREATE INDEX usher_jobs_lane ON usher_jobs (lane, due_at, id) WHERE dead_at IS NULL;
CREATE INDEX usher_jobs_dead ON usher_jobs (due_at, id) WHERE dead_at IS NOT NULL;
CREATE INDEX usher_jobs_dead_lane ON usher_jobs (lane, due_at, id) WHERE dead_at IS NOT NULL;

CREATE TABLE usher_leases (name text COLLATE "C" PRIMARY KEY, fence bigint NOT NULL, until timestamptz NOT NULL);

CREATE TABLE usher_commands (
  seller_id text COLLATE "C" NOT NULL,
  key text COLLATE "C" NOT NULL,
  request bytea NOT NULL,
  state text COLLATE "C" NOT NULL,
  answer bytea,
  secret bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (seller_id, key)
);

-- sealed is recipient, subject and text; secret is the number of its secret.
CREATE TABLE usher_mails (
  id text COLLATE "C" PRIMARY KEY,
  seller_id text COLLATE "C" NOT NULL REFERENCES usher_sellers (id),
  cause text COLLATE "C" NOT NULL,
  sealed bytea NOT NULL,
  secret bigint NOT NULL,
  created_at timestamptz NOT NULL,
  UNIQUE (seller_id, cause)
);
CREATE INDEX usher_mails_page ON usher_mails (seller_id, created_at, id);

-- seller_id is empty on the system's own.
CREATE TABLE usher_progress (
  seller_id text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  done bigint NOT NULL,
  total bigint NOT NULL,
  cursor_at timestamptz,
  cursor_id text COLLATE "C" NOT NULL,
  started_at timestamptz,
  finished_at timestamptz,
  PRIMARY KEY (seller_id, id)
);
