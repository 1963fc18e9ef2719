-- Renews the leases of a consumer's deliveries. Only its own: XCLAIM alone would steal one back from its new owner.
-- KEYS 1 jobs
-- ARGV 1 group  2 consumer  3.. id, deliveries, id, deliveries, ...
-- Returns the ids that are no longer its own.
-- NEEDS fence
local lost = {}
for i = 3, #ARGV, 2 do
  if owned(KEYS[1], ARGV[1], ARGV[i], ARGV[2], ARGV[i + 1]) then
    redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[i], 'JUSTID')
  else
    lost[#lost + 1] = ARGV[i]
  end
end
return lost
