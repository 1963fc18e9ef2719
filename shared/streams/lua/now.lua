-- The server's clock, which is the one that counts: those of the services may differ.
-- KEYS 1 any key of the partition
-- Returns ms since 1970.
local time = redis.call('TIME')
return time[1] * 1000 + math.floor(time[2] / 1000)
