"""The command `kit`, and `python -m kit`.

Until there is something to clean up, an interrupt ends kit as it ends any other program: at once, without a word.
Importing takes longer than it takes to press Ctrl-C.
"""

import gc
import os
import signal


def main() -> None:
    # It would look through all that is installed for plugins of its own; kit has none, and that is a tenth of a start
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else it is ignored: `kit ... &`
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    # What is imported is garbage only at the end; looking through all of it for every 700 new objects is a tenth, too
    gc.set_threshold(50_000)
    from kit.cli import main as run

    run()


if __name__ == "__main__":
    main()
