-- Renews the leases of a consumer's deliveries. Only its own: XCLAIM alone would steal one back from its new owner.
-- KEYS 1 jobs
-- ARGV 1 group  2 consumer  3.. id, deliveries, id, deliveries, ...
-- Returns id, deliveries, ... of those that are no longer its own: of these very runs, not of later ones of the same job.
-- NEEDS fence alive
local lost = {}
for i = 3, #ARGV, 2 do
  if owned(KEYS[1], ARGV[1], ARGV[i], ARGV[2], ARGV[i + 1]) then
    redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[i], 'JUSTID')
  else
    lost[#lost + 1] = ARGV[i]
    lost[#lost + 1] = tonumber(ARGV[i + 1])
  end
end
-- Whoever took them thinks that this consumer has ended: it has not.
if #lost > 0 then alive(KEYS[1], ARGV[1], ARGV[2]) end
return lost
