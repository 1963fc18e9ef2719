"""`make bench-queue`: this system's streams beside other job queues, on one server, in one run.

Every system has one small script that works jobs and sends them (`ours`, ``peers/``); `systems` says how each is set
up, `run` drives one measurement and checks it, `__main__` takes the rounds and tells.

`make soak`: the memory of the streams after many jobs (`soak`), and what they cost a document (`handover`).
"""
