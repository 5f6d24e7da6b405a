"""Asking other machines with a limit: whatever they do, the answer is there in time."""

import queue
import threading
from collections.abc import Callable
from typing import TypeVar

#: How long one other machine may take for everything it is asked.
SECONDS = 3.0

Answer = TypeVar("Answer")


def within(
    seconds: float, ask: Callable[[], Answer], hang_up: Callable[[], None] = lambda: None
) -> Answer:
    """What `ask` returns or raises, in time; a limit of the socket alone lets answers drip.

    Args:
        hang_up: ends the conversation, so that nobody waits on when the time is over.

    Raises:
        TimeoutError: the time is over.
    """
    answers: queue.SimpleQueue[tuple[Answer | None, Exception | None]] = queue.SimpleQueue()

    def asking() -> None:
        try:
            answers.put((ask(), None))
        except Exception as error:
            answers.put((None, error))

    threading.Thread(target=asking, daemon=True).start()
    try:
        answer, error = answers.get(timeout=seconds)
    except queue.Empty:
        hang_up()
        raise TimeoutError from None
    if error is not None:
        raise error
    return answer  # type: ignore[return-value]
