-- How many accepted documents have not ended: a tenant's own, and all.
-- $1 tenant
SELECT count(*) FILTER (WHERE tenant = $1) AS own, count(*) AS everyone FROM job_queue WHERE finished_at IS NULL
