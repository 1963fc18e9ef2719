-- How many accepted documents have not ended.
SELECT count(*) FROM job_queue WHERE finished_at IS NULL
