-- Whether Redis should hold any job.
SELECT EXISTS (SELECT FROM job_queue WHERE finished_at IS NULL AND enqueued_at IS NOT NULL)
