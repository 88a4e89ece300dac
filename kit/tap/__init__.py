"""What runs inside a host or beside a program. Standard library only; imports nothing of kit but itself.

    host.py      the tap of a host: capture, socket table, link
    netem.py     chance on what goes to another host, where the kernel has it
    relay.py     carries what is for everybody past a bridge that drops it
    sysctl.py    what a host's kernel is set to: written as asked, read back
    program.py   the runner of one program: starts it under strace, forwards output and calls
    cells.py     runs a script cell by cell (`# %%` lines), inside the sandbox
    nursery.py   bears taps and runners as forks of one interpreter (backend netns)
    wire.py      the frames that the two speak with kit

Kit sends these files to where they run (see `kit.backends.payload`), so image and kit never differ.
"""
