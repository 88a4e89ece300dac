"""How fast kit is, beside what people use instead, measured in one run on one machine: `make bench`.

    python -m bench [--runs N] [--only peers|batch|growth|startup]...

Writes bench/RESULTS.md, and for the growth a picture beside it. Pure: figures, job, tables, picture, importtime,
crowd. The rest measures. Peers are programs of their own in peers/, each as its user would write it.
"""
