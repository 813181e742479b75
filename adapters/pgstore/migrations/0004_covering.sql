-- +goose NO TRANSACTION
-- +goose Up

-- The seats that are taken of a tier are summed from the index alone. An older
-- program finds what it reads by the same index.
DROP INDEX CONCURRENTLY IF EXISTS usher_memberships_held;
CREATE INDEX CONCURRENTLY usher_memberships_held ON usher_memberships (seller_id, tier, status, seats, complimentary_seats)
  WHERE tier <> '' AND status <> 'ended';
DROP INDEX CONCURRENTLY IF EXISTS usher_memberships_living;

-- The first free job of a lane is found for each kind that waits there: while
-- charges are held, a million others may be due before it. An older program
-- claims the same jobs, but sorts what waits in a lane.
DROP INDEX CONCURRENTLY IF EXISTS usher_jobs_row;
CREATE INDEX CONCURRENTLY usher_jobs_row ON usher_jobs (lane, kind, due_at, id) WHERE dead_at IS NULL;
DROP INDEX CONCURRENTLY IF EXISTS usher_jobs_lane;

UPDATE usher_meta SET value = '4' WHERE key = 'schema';
