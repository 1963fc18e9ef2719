"""Event streams: what is sent (`frames`), where a client is (`cursor`), the open connection (`event_stream`) and its
kinds (`streams`), and what it missed (`answer`, `history`). docs/events.md has the protocol."""
