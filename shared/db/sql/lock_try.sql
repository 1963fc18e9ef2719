-- Whether this transaction holds a lock from now on that one gateway at a time may hold.
-- $1 lock number
SELECT pg_try_advisory_xact_lock($1)
