-- How many accepted documents have not ended: a tenant's own, and all. Counted no further than is asked for, as every upload
-- asks.
-- $1 tenant  $2 own at most  $3 all at most
SELECT (SELECT count(*) FROM (SELECT FROM job_queue WHERE finished_at IS NULL AND tenant = $1 LIMIT $2) o) AS own,
    (SELECT count(*) FROM (SELECT FROM job_queue WHERE finished_at IS NULL LIMIT $3) e) AS everyone
