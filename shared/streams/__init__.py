"""Jobs and events over Redis Streams: at-least-once delivery, effects once, recovery in seconds.

A job is an entry of ``{p}:jobs:<stage>``, worked by the consumers of one group. What happens to it:

::

              XADD (relay, or the finish of the stage before)
                │
                ▼
            ┌────────┐  fetch (XREADGROUP >)  ┌─────────┐  finish: XACK XDEL, XADD next stage, event
            │waiting │───────────────────────▶│ running │────────────────────────────────────────▶ gone
            └────────┘                        └─────────┘
                ▲  ▲                           │ │ │ │ ▲
                │  │   release (worker stops)  │ │ │ │ │ renew, every third of the lease,
                │  └───────────────────────────┘ │ │ │ └─── only while it is still the owner's
                │                                │ │ │
                │ promote   ┌────────┐   retry   │ │ │  reclaim (XCLAIM): the owner    went quiet for
                └───────────│ due at │◀──────────┘ │ └──▶ a lease; another consumer runs it, and what the
                            │(sorted)│             │      first one still does is refused
                            └────────┘             ▼
                                               ┌──────┐  permanent error, tries used up,
                                               │ dead │  or it ended its worker too often
                                               └──────┘

Every arrow is one Lua script (``lua/``), so that an entry is in exactly one place. A script that ends or renews a
delivery first checks that this consumer still owns it (`fence.lua`): owner and delivery count, as XPENDING tells
them. A worker that was away, stopped or cut off therefore changes nothing when it comes back.

Events are entries of ``{p}:events``, and copies with the same ids in ``{p}:progress:<documentId>``; that id is the
SSE id. Percentages never fall, and nothing follows the final event (`publish.lua`).
"""
