-- The accepted documents that have not ended, by whether they wait for a slot on the streams and by priority: how many, and the
-- age of the oldest in seconds.
SELECT enqueued_at IS NULL AS waits, priority, count(*) AS documents, count(DISTINCT tenant) AS tenants,
    extract(epoch FROM now() - min(created_at))::float8 AS oldest
FROM job_queue WHERE finished_at IS NULL
GROUP BY 1, 2
