"""The texts on which Python, JavaScript and the browser must agree."""

import json
from functools import cache
from pathlib import Path
from typing import Any

PATH = Path(__file__).parent / "fixtures" / "hard-texts.json"


@cache
def hard_texts() -> list[dict[str, Any]]:
    return json.loads(PATH.read_text("utf-8"))


def name_of(case: dict[str, Any]) -> str:
    return str(case["name"])
