"""A class: many submissions in, each verdict written down once, a gradebook out.

people.py       who hands in, and what
job.py          what is asked of who grades, and the answer, as JSON
worker.py       does jobs: a process
local.py        the engine that is this machine: as many of these processes as are wanted
batch.py        many submissions side by side, and what was inconclusive again
journal.py      every verdict, in one SQLite file
places.py       where run directories are
similarity.py   words on the wire that were drawn for somebody else
statistics.py   what a class is stuck on
"""
