-- Whether this transaction may reconcile: one gateway at a time.
-- $1 lock number
SELECT pg_try_advisory_xact_lock($1)
