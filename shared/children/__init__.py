"""Blocking work on strangers' bytes in child processes that can be killed, for an asyncio parent.

A thread that hangs in native code cannot be ended, and one that crashes takes its process with it. Here the work runs
in warm children: the parent only waits on a socket, so its event loop stays free, it has no thread to leave behind,
and what goes wrong costs one call.

    none ──start──▶ loading ──READY──▶ idle ──WORK──▶ working ──DONE, FAILED──▶ idle
      ▲                │                ▲               │ └─ NEWS: told to the caller
      │                │                │               │
      │                │                │               ├─ the call is cancelled ─▶ STOP, and `stop_seconds` to
      │                │                └── it answers ─┤                           end by itself
      │                │                                ├─ it does not
      │                │                                ├─ a limit is passed: time, processor time or memory
      │                │                                └─ it dies
      └──── SIGKILL ◀──┴── too slow, or it cannot load ─┘
           (so, too, an idle child that has grown too large)

`pool` keeps the children and hands calls out, first come first served; `child` is one of them as its parent sees it;
`inside` is the child's side; `protocol` is what both agree on. A child is a fresh interpreter (no fork of a process
that has threads). It ends when its parent does, however that ends: it sees the socket close, and on Linux the kernel
kills it even while it computes. Ctrl-C and SIGTERM it ignores: the parent decides what is finished first.
"""
