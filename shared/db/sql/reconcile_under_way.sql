-- Jobs that Redis should hold: of a dead job that is put back to work, the record says so a moment before it is on its
-- stream, and who looked between would take it for forgotten and have the document read twice.
SELECT document_id, generation FROM job_queue
WHERE finished_at IS NULL AND enqueued_at < now() - interval '1 second'
