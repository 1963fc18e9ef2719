-- Who is next is found without looking at everybody who waits (relay_take.sql), and a claim on the direct path has a token,
-- so that a gateway that froze cannot end what another took over.
CREATE INDEX job_queue_waiting ON job_queue (tenant, priority, created_at)
    WHERE finished_at IS NULL AND enqueued_at IS NULL;
CREATE INDEX job_queue_under_way ON job_queue (tenant) WHERE finished_at IS NULL AND enqueued_at IS NOT NULL;
CREATE INDEX job_queue_claimed ON job_queue (direct_until) WHERE finished_at IS NULL AND direct_until IS NOT NULL;
ALTER TABLE job_queue ADD COLUMN direct_token uuid;  -- of the claim that holds until direct_until
