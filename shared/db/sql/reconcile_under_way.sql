-- Jobs that Redis should hold.
SELECT document_id, generation FROM job_queue WHERE finished_at IS NULL AND enqueued_at IS NOT NULL
