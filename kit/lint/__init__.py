"""What an exercise owes its learners and its graders, one rule at a time (`kit lint`).

    folder.py       an exercise's folder -> Written
    files.py, statements.py, wrongs.py      rules about what is written. Pure
    trials.py       which runs say the rest: the reference by default and drawn values, the starter, every wrong solution
    runner.py       has them run, side by side, by the engine of a class
    need.py         how much of its limits the reference needs
    verdicts.py     rules about what the runs showed. Pure
    report.py       an exercise's complaints and its row of the table

A rule is a function that gives (place, what is wrong and what to do); RULES at the end of each file names them all, and a
complaint has the name of its rule.
"""
