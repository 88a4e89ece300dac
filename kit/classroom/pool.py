"""Work side by side: no more is begun than is allowed, what came of each is given as it comes, and nobody waits for what
nobody wants any more.
"""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeVar

from kit import interrupts

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable, Generator

    from kit.classroom.engine import Engine

Thing = TypeVar("Thing")
Result = TypeVar("Result")


def side_by_side(
    waiting: deque[Thing], at_once: int, work: Callable[[Thing], Result], engine: Engine
) -> Generator[Result]:
    """Give what `work` gives for each that waits; who hears of a result may let more wait. `work` runs in any thread.

    An exception, of `work` or of who listens, ends the engine first: else the pool would wait for its jobs.
    """
    ended: SimpleQueue[Future[Result] | None] = SimpleQueue()  # reentrant: a signal may put, too
    running = 0
    with ThreadPoolExecutor(at_once) as pool, interrupts.held(lambda: ended.put(None)):
        try:
            while True:
                while waiting and running < at_once:
                    pool.submit(work, waiting.popleft()).add_done_callback(ended.put)
                    running += 1
                if not running:
                    return
                future = ended.get()
                if future is not None:
                    running -= 1
                    yield future.result()
                interrupts.check()
        except BaseException:
            engine.end()
            raise
