-- +goose Up

-- The seats that are taken of a tier are summed from the index alone.
DROP INDEX IF EXISTS usher_memberships_held;
CREATE INDEX usher_memberships_held ON usher_memberships (seller_id, tier, status, seats, complimentary_seats)
  WHERE tier <> '' AND status <> 'ended';
DROP INDEX IF EXISTS usher_memberships_living;

-- The first free job of a lane is found for each kind that waits there: while
-- charges are held, a million others may be due before it.
DROP INDEX IF EXISTS usher_jobs_row;
CREATE INDEX usher_jobs_row ON usher_jobs (lane, kind, due_at, id) WHERE dead_at IS NULL;
DROP INDEX IF EXISTS usher_jobs_lane;

UPDATE usher_meta SET value = '4' WHERE key = 'schema';
