"""Event streams: what is sent (`frames`), where a client is (`cursor`), the open connection (`streams`), and what it
missed (`opening`, `history`). docs/events.md has the protocol."""
