-- Ends deliveries that nothing follows, each only if it is still its consumer's.
-- KEYS 1 jobs
-- ARGV 1 group  2 consumer  3.. id, deliveries, id, deliveries, ...
-- Returns for each 1, or 0 when it is somebody else's by now and nothing was done.
-- NEEDS fence
local done = {}
for i = 3, #ARGV, 2 do
  if owned(KEYS[1], ARGV[1], ARGV[i], ARGV[2], ARGV[i + 1]) then
    redis.call('XACK', KEYS[1], ARGV[1], ARGV[i])
    redis.call('XDEL', KEYS[1], ARGV[i])
    done[#done + 1] = 1
  else
    done[#done + 1] = 0
  end
end
return done
