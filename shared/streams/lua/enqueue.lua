-- Adds a document's first job, once: a relay that died after adding and before noting it adds nothing again.
-- KEYS 1 jobs  2 marker of (document, generation)  3 events  4 progress of the document
-- ARGV 1 marker's time to live (s)  2 document  3 tenant  4 event type ('' for no event)  5 percentage  6 data  7 maxlen
--      8 ttl (s)  9.. field, value, ...
-- Returns the entry id, or false when it was there already.
-- NEEDS publish
if not redis.call('SET', KEYS[2], '1', 'NX', 'EX', ARGV[1]) then return false end
-- A document that ended comes here again only when a person put it back to work: after its end no progress could follow.
local last = redis.call('XREVRANGE', KEYS[4], '+', '-', 'COUNT', 1)[1]
if last then
  for i = 1, #last[2], 2 do
    if last[2][i] == 'type' and (last[2][i + 1] == 'complete' or last[2][i + 1] == 'error') then
      redis.call('DEL', KEYS[4])
    end
  end
end
if ARGV[4] ~= '' then
  publish(KEYS[3], KEYS[4], ARGV[2], ARGV[3], {ARGV[4], ARGV[5], ARGV[6]}, ARGV[7], ARGV[8])
end
return redis.call('XADD', KEYS[1], '*', unpack(ARGV, 9))
