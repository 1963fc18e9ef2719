-- Whether any committed job is not on a stream yet, and whether the window has room for one: most looks of the relay find
-- nothing to do, and need neither a transaction nor the search for who is next to know it.
-- $1 window: jobs that may be under way
SELECT EXISTS (SELECT FROM job_queue WHERE finished_at IS NULL AND enqueued_at IS NULL) AS waiting,
    (SELECT count(*) FROM (
        SELECT FROM job_queue WHERE finished_at IS NULL AND enqueued_at IS NOT NULL LIMIT $1
    ) AS under_way) < $1 AS room
