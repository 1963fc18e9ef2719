-- Whether any committed job is not on a stream yet: most looks of the relay find none, and need no transaction for that.
SELECT EXISTS (SELECT FROM job_queue WHERE finished_at IS NULL AND enqueued_at IS NULL)
