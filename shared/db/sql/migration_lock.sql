-- Makes the processes that migrate take turns: the lock is held until the end of the transaction.
-- $1 lock number
SELECT pg_advisory_xact_lock($1)
