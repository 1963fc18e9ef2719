-- Removes consumers that have been gone for long and have nothing pending, and the deaths of jobs that have ended.
-- KEYS 1 jobs  2 deaths
-- ARGV 1 group  2 idle (ms)  3 consumer that asks, and lives
-- Returns how many consumers were removed.
-- NEEDS alive
for _, id in ipairs(redis.call('HKEYS', KEYS[2])) do
  if #redis.call('XRANGE', KEYS[1], id, id) == 0 then redis.call('HDEL', KEYS[2], id) end
end
local removed = 0
local consumers = redis.pcall('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])
if consumers.err then return 0 end
alive(KEYS[1], ARGV[1], ARGV[3])
for _, each in ipairs(consumers) do
  local consumer = {}
  for i = 1, #each, 2 do consumer[each[i]] = each[i + 1] end
  if consumer.name ~= ARGV[3] and consumer.pending == 0 and consumer.idle > tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], consumer.name)
    removed = removed + 1
  end
end
return removed
