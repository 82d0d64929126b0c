"""The process that renders: one line of JSON in, one line out, under limits of memory and output.

Started by `rendering.render`, which also keeps the time and kills it. Imports no Django and is never given secrets.
"""

import hashlib
import json
import resource
import sys

from markdown import Markdown

from anchoring.text import canonical_text, count_words
from manuscripts.layout import lay_out
from manuscripts.list_indents import TooDeep
from manuscripts.markdown_syntax import make_markdown
from manuscripts.sanitising import clean_section


class TooLarge(ValueError):
    """The HTML outgrew its limit."""


def render_text(converter: Markdown, markdown: str, output_limit: int) -> dict[str, object]:
    """HTML, canonical text and number of words of one text. Raises TooLarge beyond `output_limit` characters."""
    digest = hashlib.sha256(markdown.encode("utf-8", "surrogatepass")).hexdigest()
    converter.reset()
    converter.id_prefix = f"t{digest[:12]}-"  # type: ignore[attr-defined]
    markup = converter.convert(markdown)
    _check(markup, output_limit)
    markup = lay_out(clean_section(markup))
    _check(markup, output_limit)
    markup = clean_section(markup)
    _check(markup, output_limit)
    text = canonical_text(markup)
    return {"html": markup, "text": text, "words": count_words(text)}


def _check(markup: str, output_limit: int) -> None:
    if len(markup) > output_limit:
        raise TooLarge


def answer(converter: Markdown, line: bytes) -> tuple[dict[str, object], bool]:
    """What to reply to one request, and whether this process is still fit for the next."""
    request = json.loads(line)
    try:
        return render_text(converter, request["markdown"], request["output_limit"]), True
    except TooLarge:
        return {"error": "output"}, False
    except MemoryError:
        return {"error": "memory"}, False
    except (RecursionError, TooDeep):
        return {"error": "depth"}, False
    except Exception as error:
        return {"error": "failed", "detail": type(error).__name__}, False


def main(memory_limit: int) -> None:
    """Answers requests from standard input until it ends; `memory_limit` is in bytes."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_limit, memory_limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    converter = make_markdown()
    reply = sys.stdout.buffer
    reply.write(b"{}\n")
    reply.flush()
    for line in sys.stdin.buffer:
        result, fit = answer(converter, line)
        reply.write(json.dumps(result).encode("ascii") + b"\n")
        reply.flush()
        if not fit:
            return


if __name__ == "__main__":
    main(int(sys.argv[1]))
