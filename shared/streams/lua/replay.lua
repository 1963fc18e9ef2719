-- Puts a dead job back on its stream as a first attempt; its document's end is forgotten, so that progress may follow.
-- KEYS 1 dead  2 jobs  3 progress of the document
-- ARGV 1 id of the dead entry  2.. field, value, ...
-- Returns the entry id, or false when the dead entry is gone.
if redis.call('XDEL', KEYS[1], ARGV[1]) == 0 then return false end
redis.call('DEL', KEYS[3])
return redis.call('XADD', KEYS[2], '*', unpack(ARGV, 2))
