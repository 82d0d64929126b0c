"""The shapes of what the API answers, for its description; tests hold every answer against them."""

from rest_framework import serializers as s


class ProblemField(s.Serializer):
    field = s.CharField()
    code = s.CharField()
    detail = s.CharField()


class Problem(s.Serializer):
    type = s.CharField()
    title = s.CharField()
    status = s.IntegerField()
    code = s.CharField()
    detail = s.CharField()
    errors = ProblemField(many=True)


class Me(s.Serializer):
    email = s.EmailField()
    scopes = s.ListField(child=s.ChoiceField(["read", "write", "admin"]))
    manuscript = s.CharField(allow_null=True)


class Started(s.Serializer):
    url = s.URLField()
    job = s.URLField()


class Job(s.Serializer):
    id = s.CharField()
    kind = s.CharField()
    state = s.ChoiceField(["queued", "running", "done", "failed", "cancelled"])
    progress = s.FloatField(min_value=0, max_value=1)
    error = s.CharField(allow_null=True)
    result = s.DictField(allow_null=True)


class Round(s.Serializer):
    number = s.IntegerField()
    visibility = s.ChoiceField(["open", "after_verdict", "never"])
    anonymity = s.ChoiceField(["named", "peers", "all"])
    others_sections = s.ChoiceField(["open", "closed"])
    deadline = s.DateField(allow_null=True)


class Discipline(s.Serializer):
    slug = s.CharField()
    code = s.CharField()
    name = s.CharField()
    aliases = s.ListField(child=s.CharField())
    position = s.IntegerField()
    span = s.ChoiceField(["along", "across", "outside"])


class Manuscript(s.Serializer):
    slug = s.CharField()
    title = s.CharField()
    pitch = s.CharField()
    language = s.CharField()
    time_zone = s.CharField()
    role = s.ChoiceField(["author", "co_author", "reviewer", "observer"])
    round = Round()
    disciplines = Discipline(many=True)


class Text(s.Serializer):
    id = s.CharField()
    markdown = s.CharField()
    html = s.CharField()
    text = s.CharField()


class Section(s.Serializer):
    key = s.CharField()
    draft = s.IntegerField()
    text_id = s.CharField()
    markdown = s.CharField()
