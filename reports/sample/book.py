"""The sample book's files: its drafts as Word files, its people, what they wrote and answered."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pypandoc

FOLDER = Path(__file__).parent


def about() -> dict[str, Any]:
    """Title, pitch, language, time zone, and for each round the days it took, its note and its modes."""
    return read("book")


def read(name: str) -> Any:
    """The content of a JSON file: `book`, `people`, `remarks-1`, `remarks-2`, `answers-1` or `answers-2`.

    In all of them `day` counts from the opening of the round; people are named by their `id`, chapters and sections
    by their title, the part before the first chapter as `front`. Of a remark with `whole_paragraph` the quote only
    says which paragraph is meant.
    """
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def markdown(number: int) -> str:
    """Draft 1 or 2 as it was written."""
    return (FOLDER / f"draft-{number}.md").read_text(encoding="utf-8")


def word_file(number: int) -> bytes:
    """Draft 1 or 2 as the Word file that its author would upload, title and picture in it."""
    with tempfile.TemporaryDirectory(prefix="widemargin-sample-") as folder:
        path = Path(folder) / f"draft-{number}.docx"
        pypandoc.convert_text(
            markdown(number),
            to="docx",
            format="markdown-implicit_figures-smart",
            outputfile=str(path),
            extra_args=[f"--resource-path={FOLDER}", f"--metadata=title:{about()['title']}"],
        )
        return path.read_bytes()
