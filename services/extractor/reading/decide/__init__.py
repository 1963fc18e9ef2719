"""Which reading holds, how sure it is, and what the page says around it."""
