-- A tenant's accepted documents that are not on a stream yet, and the age of the oldest in seconds.
-- $1 tenant
SELECT count(*) AS jobs, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float8 AS oldest
FROM job_queue WHERE finished_at IS NULL AND enqueued_at IS NULL AND tenant = $1
