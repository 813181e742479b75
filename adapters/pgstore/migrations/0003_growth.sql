-- +goose NO TRANSACTION
-- +goose Up

-- Of a tier that has a number of seats no more can be had than that, but any
-- number of memberships may have ended: the seats that are taken are counted
-- without reading those.
DROP INDEX CONCURRENTLY IF EXISTS usher_memberships_tier;
DROP INDEX CONCURRENTLY IF EXISTS usher_memberships_living;
CREATE INDEX CONCURRENTLY usher_memberships_living ON usher_memberships (seller_id, tier) WHERE tier <> '' AND status <> 'ended';

-- The first job of a kind is found whatever waits of the others. What is found in
-- a lane is left one index to find it by, that of the lane: who asks for a kind
-- alone says so by kind <> ''.
DROP INDEX CONCURRENTLY IF EXISTS usher_jobs_due;
DROP INDEX CONCURRENTLY IF EXISTS usher_jobs_kind;
CREATE INDEX CONCURRENTLY usher_jobs_kind ON usher_jobs (kind, due_at, id) WHERE dead_at IS NULL AND kind <> '';

UPDATE usher_meta SET value = '3' WHERE key = 'schema';
