"""The site as granian serves it, with a hand that kills it between the commit and the answer, and one that lets go of
what makes sending happen once."""

import os
import re
import signal
from pathlib import Path
from typing import Any

from config.asgi import application as site

#: A file that holds the pattern of a path: the server dies before it answers the next POST there.
KILL = Path(os.environ["LOSS_KILL"])

if os.environ.get("LOSS_ONCE") == "off":
    from reviews import unsent

    unsent.send_once = lambda _member, _place, _what, send: send()  # type: ignore[assignment]


async def application(scope: Any, receive: Any, send: Any) -> None:
    async def answer(message: Any) -> None:
        if _is_to_die(scope):
            KILL.unlink()
            os.kill(os.getppid(), signal.SIGKILL)
            os.kill(os.getpid(), signal.SIGKILL)
        await send(message)

    await site(scope, receive, answer)


def _is_to_die(scope: Any) -> bool:
    if scope["type"] != "http" or scope["method"] != "POST" or not KILL.exists():
        return False
    return bool(re.search(KILL.read_text(), scope["path"]))
