-- Publishes an event that belongs to no delivery, and that a document's jobs were cancelled.
-- KEYS 1 events  2 progress of the document  3 control
-- ARGV 1 document  2 tenant  3 type  4 percentage  5 data  6 maxlen  7 ttl (s)
--      8 1 where the document is deleted: this is told although its end was, of which the events are then forgotten
-- Returns the event id, or false when the document's end was published already.
-- NEEDS publish
redis.call('XADD', KEYS[3], 'MAXLEN', '~', 1000, '*', 'document', ARGV[1])
local event = {ARGV[3], ARGV[4], ARGV[5]}
local id = publish(KEYS[1], KEYS[2], ARGV[1], ARGV[2], event, ARGV[6], ARGV[7])
if not id and ARGV[8] == '1' then
  redis.call('DEL', KEYS[2])
  id = publish(KEYS[1], KEYS[2], ARGV[1], ARGV[2], event, ARGV[6], ARGV[7])
end
return id
