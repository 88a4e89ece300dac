"""The command `kit`, and `python -m kit`.

Until there is something to clean up, an interrupt ends kit as it ends any other program: at once, without a word.
Importing takes longer than it takes to press Ctrl-C.
"""

import os
import signal


def main() -> None:
    # It would look through all that is installed for plugins of its own; kit has none, and that is a tenth of a start
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "1")
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else it is ignored: `kit ... &`
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from kit.cli import main as run

    run()


if __name__ == "__main__":
    main()
