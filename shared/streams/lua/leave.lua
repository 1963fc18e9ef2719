-- Removes a consumer that has nothing pending; deleting one that has would make its entries unreachable.
-- KEYS 1 jobs
-- ARGV 1 group  2 consumer
-- Returns 1 if it was removed.
local pending = redis.pcall('XPENDING', KEYS[1], ARGV[1], '-', '+', 1, ARGV[2])
if pending.err or #pending > 0 then return 0 end
redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], ARGV[2])
return 1
