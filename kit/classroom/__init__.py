"""Many submissions: who handed what in, and the gradebook that goes back.

people      a student and what came from one, as values
sheet       a CSV sheet that keeps every byte of what is not changed
roster      a teacher's list of the class -> students
matching    which student of a roster an entry's ids and names mean
platforms   a folder as a learning platform packs it -> who handed what in
gradebooks  fill in a platform's own export, one platform a file
"""
