-- Adds a document's first job, once: a relay that died after adding and before noting it adds nothing again.
-- KEYS 1 jobs  2 marker of (document, stage)
-- ARGV 1 marker's time to live (s)  2.. field, value, ...
-- Gives the entry id, or false when it was there already.
if not redis.call('SET', KEYS[2], '1', 'NX', 'EX', ARGV[1]) then return false end
return redis.call('XADD', KEYS[1], '*', unpack(ARGV, 2))
