-- The published events of several documents of one partition, in one go.
-- KEYS 1.. progress of each document
-- ARGV 1 how many of each at most
-- Returns for each its entries.
local found = {}
for at = 1, #KEYS do found[at] = redis.call('XRANGE', KEYS[at], '-', '+', 'COUNT', ARGV[1]) end
return found
