"""What a body may be: JSON that can be stored, with the known fields and no other."""

import codecs
import json
import re
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.utils.translation import gettext_lazy as _
from rest_framework import parsers, serializers
from rest_framework.exceptions import ErrorDetail, ParseError

LONE_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class JSONParser(parsers.JSONParser):
    """JSON in UTF-8 within the size limit, without lone surrogates, not nested beyond reason."""

    def parse(self, stream, media_type=None, parser_context=None) -> Any:
        body = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise RequestDataTooBig
        try:
            data = json.loads(codecs.decode(body, "utf-8"), parse_constant=_no_constant)
            if LONE_SURROGATE.search(body):
                json.dumps(data, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            reason = _("nested too deeply") if isinstance(error, RecursionError) else str(error)
            raise ParseError(_("The body is not valid JSON: %(reason)s.") % {"reason": _printable(reason)}) from None
        return data


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _printable(reason: Any) -> str:
    return str(reason).encode("ascii", "backslashreplace").decode()


class Body(serializers.Serializer):
    """A body whose fields are all known: anything else is refused by name."""

    default_error_messages = {
        "unknown_field": _("There is no such field."),
        "read_only": _("This field cannot be set."),
    }

    #: Fields of the answer that a client might send back; refused with a clearer word than "unknown".
    shown_only: frozenset[str] = frozenset()

    def run_validation(self, data: Any = serializers.empty) -> Any:
        strays = self._strays(data)
        try:
            value = super().run_validation(data)
        except serializers.ValidationError as error:
            if strays and isinstance(error.detail, dict):
                raise serializers.ValidationError({**error.detail, **strays}) from None
            raise
        if strays:
            raise serializers.ValidationError(strays)
        return value

    def _strays(self, data: Any) -> dict[str, list[ErrorDetail]]:
        if not hasattr(data, "keys"):
            return {}
        strays = {}
        for name in data:
            if name not in self.fields or self.fields[name].read_only:
                code = "read_only" if name in self.shown_only or name in self.fields else "unknown_field"
                strays[name] = [ErrorDetail(self.error_messages[code], code)]
        return strays


class Nothing(Body):
    """No body, or an empty object."""


class Text(serializers.CharField):
    """A JSON string, nothing that could be turned into one. Not trimmed: domain functions clean words."""

    default_error_messages = {"not_text": _("This must be a string.")}

    def __init__(self, **kwargs: Any):
        kwargs.setdefault("trim_whitespace", False)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("not_text")
        return super().to_internal_value(data)


class Line(Text):
    """A string in one line, trimmed: names and titles. Control characters are refused."""

    default_error_messages = {"control": _("Control characters are not allowed here.")}

    def __init__(self, **kwargs: Any):
        super().__init__(trim_whitespace=True, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        value = super().to_internal_value(data)
        if any(ord(c) < 32 or ord(c) == 127 or c in "\ufffe\uffff\u2028\u2029" for c in value):
            self.fail("control")
        return value


class Flag(serializers.BooleanField):
    """true or false in JSON, not the many words a form may use for them."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Number(serializers.IntegerField):
    """A JSON integer, not a string that looks like one."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return data


class Slugs(serializers.ListField):
    """An array of discipline slugs."""

    child = Text(max_length=80)
