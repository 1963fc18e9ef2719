-- Adds a document's first job, once: a relay that died after adding and before noting it adds nothing again.
-- KEYS 1 jobs  2 marker of (document, generation)  3 events  4 progress of the document
-- ARGV 1 marker's time to live (s)  2 document  3 event type ('' for no event)  4 percentage  5 data  6 maxlen  7 ttl (s)
--      8.. field, value, ...
-- Returns the entry id, or false when it was there already.
-- NEEDS publish
if not redis.call('SET', KEYS[2], '1', 'NX', 'EX', ARGV[1]) then return false end
if ARGV[3] ~= '' then publish(KEYS[3], KEYS[4], ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[6], ARGV[7]) end
return redis.call('XADD', KEYS[1], '*', unpack(ARGV, 8))
