-- Counts a request against its client's share: a bucket of so many that fills up again evenly (the generic cell rate
-- algorithm, with the server's clock).
-- KEYS 1 hash of the client
-- ARGV 1 requests  2 in so many seconds
-- Returns whether it may pass, how many more may at once, and the seconds until the bucket is full, or has room for one.
local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
-- When the bucket is full again.
local full = math.max(tonumber(redis.call('HGET', KEYS[1], 'full') or now) or now, now)
local after = full + window / limit
local spare = window - (after - now)
if spare < -0.0000001 then return { 0, 0, math.ceil(-spare) } end
redis.call('HSET', KEYS[1], 'full', string.format('%.6f', after))
redis.call('EXPIRE', KEYS[1], math.ceil(after - now) + 1)
return { 1, math.floor(spare * limit / window + 0.000001), math.ceil(after - now) }
