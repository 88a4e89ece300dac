"""A class: many submissions in, each verdict written down once, a gradebook out.

people.py       a student and what came from one, as values
roster.py       a teacher's list of the class -> students
platforms.py    a folder as a learning platform packs it -> who handed what in
matching.py     which student of a roster an entry's ids and names mean
job.py          what is asked of who grades, and the answer, as JSON
worker.py       does jobs: a process
engine.py       what a batch knows of whoever does its jobs
local.py        the engine that is this machine: as many of these processes as are wanted
batch.py        many submissions side by side, and what was inconclusive again
journal.py      every verdict, in one SQLite file
places.py       where run directories are
roll.py         each student with the verdict that stands
statistics.py   what a class is stuck on
similarity.py   words on the wire that were drawn for somebody else
sheet.py        a CSV sheet that keeps every byte of what is not changed
gradebooks/     fill in a platform's own export, one platform a file
words.py        what is said of a class, in both languages
"""
