-- Takes over deliveries whose owner has not renewed them for a lease.
-- KEYS 1 jobs
-- ARGV 1 group  2 consumer  3 lease (ms)  4 cursor  5 how many at most
-- Returns {next cursor, {{id, deliveries, {field, value, ...}}, ...}}.
local claimed = redis.call('XAUTOCLAIM', KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4], 'COUNT', ARGV[5])
local entries = {}
for _, entry in ipairs(claimed[2]) do
  local pending = redis.call('XPENDING', KEYS[1], ARGV[1], entry[1], entry[1], 1)
  entries[#entries + 1] = {entry[1], pending[1][4], entry[2]}
end
return {claimed[1], entries}
