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


def _count(nullable: bool = False) -> s.IntegerField:
    return s.IntegerField(min_value=0, allow_null=nullable)


ROLES = ["author", "co_author", "reviewer", "observer", "contact"]


class Invitation(s.Serializer):
    id = s.CharField()
    email = s.EmailField(allow_null=True)
    name = s.CharField()
    disciplines = s.ListField(child=s.CharField())
    role = s.ChoiceField(ROLES)
    minutes = s.IntegerField(allow_null=True)
    state = s.ChoiceField(["unsent", "queued", "sent", "bounced", "opened", "accepted", "declined", "revoked"])
    link = s.URLField(allow_null=True)


class Invited(s.Serializer):
    results = Invitation(many=True)


class Member(s.Serializer):
    id = s.CharField()
    name = s.CharField()
    email = s.EmailField(allow_null=True)
    role = s.ChoiceField(ROLES)
    disciplines = s.ListField(child=s.CharField())
    sphere = s.ChoiceField(["", "director", "manager", "consultant", "worker", "guerrilla"])
    years = s.IntegerField(allow_null=True)
    pseudonym = s.CharField(allow_null=True)


class Progress(s.Serializer):
    read = _count()
    asked = _count()


class Review(s.Serializer):
    id = s.CharField()
    member = s.CharField()
    round = s.IntegerField()
    state = s.ChoiceField(["invited", "opened", "started", "submitted", "declined"])
    progress = Progress()


class Person(s.Serializer):
    id = s.CharField(allow_null=True)
    name = s.CharField()
    role = s.ChoiceField(ROLES)


class WrittenOn(s.Serializer):
    draft = s.IntegerField()
    chapter = s.CharField(allow_null=True)
    section = s.CharField(allow_null=True)
    text_id = s.CharField(allow_null=True)
    selector = s.ListField(child=s.DictField(), allow_null=True)


class Near(s.Serializer):
    text_id = s.CharField()
    offset = _count()


class Anchor(s.Serializer):
    draft = s.IntegerField()
    chapter = s.CharField(allow_null=True)
    section = s.CharField(allow_null=True)
    text_id = s.CharField(allow_null=True)
    start = _count(True)
    end = _count(True)
    exact = s.CharField(allow_null=True)
    fate = s.ChoiceField(["kept", "moved", "edited", "detached"])
    confidence = s.FloatField(min_value=0, max_value=1)
    reason = s.CharField()
    by = s.ChoiceField(["worker", "hand"])
    near = Near(allow_null=True)


class Decision(s.Serializer):
    decision = s.ChoiceField(["will_change", "changed", "no_change", "later", "duplicate"])
    reason = s.CharField()
    duplicate_of = s.CharField(allow_null=True)
    applied_in = s.IntegerField(allow_null=True)
    at = s.DateTimeField()


class Comment(s.Serializer):
    id = s.CharField()
    author = Person()
    body = s.CharField()
    created = s.DateTimeField()
    edited = s.DateTimeField(allow_null=True)


class Thread(s.Serializer):
    id = s.CharField()
    url = s.URLField()
    html_url = s.URLField()
    external_id = s.CharField(allow_null=True)
    scope = s.ChoiceField(["book", "chapter", "section"])
    kind = s.ChoiceField(["comment", "suggestion", "reaction", "experience"])
    reaction = s.CharField(allow_null=True)
    body = s.CharField()
    replacement = s.CharField(allow_null=True)
    visibility = s.ChoiceField(["everyone", "authors"])
    quote_permission = s.ChoiceField(["no", "unnamed", "named"])
    via = s.CharField()
    author = Person()
    discipline = s.CharField(allow_null=True)
    section_discipline = s.CharField(allow_null=True)
    written_on = WrittenOn()
    anchor = Anchor(allow_null=True)
    status = s.ChoiceField(["open", "decided"])
    decision = Decision(allow_null=True)
    agreements = _count()
    comments = Comment(many=True)
    withdrawn = s.BooleanField(required=False, help_text="there where it is true")
    created = s.DateTimeField()
    updated = s.DateTimeField()


class Question(s.Serializer):
    id = s.CharField()
    code = s.ChoiceField(["value", "makes_sense", "improve"], allow_null=True)
    kind = s.ChoiceField(["rating", "verdict", "choice", "words"])
    text = s.CharField()
    scopes = s.ListField(child=s.ChoiceField(["book", "chapter", "own_section"]))
    chapters = s.ListField(child=s.CharField(), allow_null=True)
    disciplines = s.ListField(child=s.CharField(), allow_null=True)
    options = s.ListField(child=s.CharField())
    position = s.IntegerField()
    retired = s.BooleanField()


class Answer(s.Serializer):
    id = s.CharField()
    member = s.CharField(allow_null=True)
    question = s.CharField()
    scope = s.ChoiceField(["book", "chapter", "own_section"])
    key = s.CharField(allow_null=True)
    discipline = s.CharField(allow_null=True)
    round = s.IntegerField()
    draft = s.IntegerField()
    value = s.JSONField(help_text="1 to 5, cannot_judge, yes, partly, no, an option, or null")
    words = s.CharField()
    stands = s.BooleanField()
    via = s.CharField()
    updated = s.DateTimeField()


class SourceFile(s.Serializer):
    name = s.CharField()
    format = s.CharField()
    bytes = _count()
    sha256 = s.CharField()


class DraftProblem(s.Serializer):
    code = s.CharField()
    severity = s.ChoiceField(["warning", "confirm", "error"])
    detail = s.CharField()
    section = s.CharField(allow_null=True)


class DraftSection(s.Serializer):
    key = s.CharField()
    title = s.CharField()
    discipline = s.CharField(allow_null=True)
    position = _count()
    words = _count()
    text_id = s.CharField(allow_null=True)
    html_url = s.URLField(allow_null=True)


class DraftChapter(s.Serializer):
    key = s.CharField()
    title = s.CharField()
    position = _count()
    sections = DraftSection(many=True)


class Fates(s.Serializer):
    kept = _count()
    moved = _count()
    edited = _count()
    detached = _count()


class Changes(s.Serializer):
    against = s.IntegerField(allow_null=True)
    added = s.ListField(child=s.CharField())
    changed = s.ListField(child=s.CharField())
    moved = s.ListField(child=s.CharField())
    renamed = s.ListField(child=s.CharField())
    removed = s.ListField(child=s.CharField())
    remarks = Fates()


STATES = ["importing", "ready", "opening", "open", "closed", "failed"]


class Draft(s.Serializer):
    number = s.IntegerField(allow_null=True)
    label = s.CharField(allow_null=True)
    round = s.IntegerField(allow_null=True)
    state = s.ChoiceField(STATES)
    note = s.CharField()
    sources = SourceFile(many=True)
    created = s.DateTimeField(allow_null=True)
    opened = s.DateTimeField(allow_null=True)
    closed = s.DateTimeField(allow_null=True)
    problems = DraftProblem(many=True)
    chapters = DraftChapter(many=True)
    changes = Changes()


class DraftStarted(Started):
    number = s.IntegerField(allow_null=True)
    state = s.ChoiceField(STATES)


class ReportFile(s.Serializer):
    format = s.CharField()
    state = s.ChoiceField(["done", "failed"])
    error = s.CharField(allow_null=True)
    url = s.URLField(allow_null=True)
    bytes = _count()
    sha256 = s.CharField(allow_null=True)
    source = s.CharField(required=False)


class Report(s.Serializer):
    id = s.CharField()
    state = s.ChoiceField(["queued", "running", "done", "failed", "cancelled"])
    progress = s.FloatField(min_value=0, max_value=1)
    draft = s.IntegerField()
    as_of = s.DateTimeField(allow_null=True)
    snapshot_sha256 = s.CharField(allow_null=True)
    error = s.CharField(allow_null=True)
    files = ReportFile(many=True)


class ReportStarted(Started):
    id = s.CharField()
    state = s.ChoiceField(["queued", "running", "done", "failed", "cancelled"])


class RatingFigure(s.Serializer):
    n = _count(True)
    cannot_judge = _count(True)
    distribution = s.ListField(child=_count(), allow_null=True)
    mean = s.FloatField(allow_null=True)
    median = s.FloatField(allow_null=True)
    sd = s.FloatField(allow_null=True)
    hidden = s.BooleanField()


class VerdictFigure(s.Serializer):
    n = _count(True)
    yes = _count(True)
    partly = _count(True)
    no = _count(True)
    hidden = s.BooleanField()


class RatingBlock(s.Serializer):
    all = RatingFigure()
    by_discipline = s.DictField(child=RatingFigure())


class VerdictBlock(s.Serializer):
    all = VerdictFigure()
    by_discipline = s.DictField(child=VerdictFigure())


class BookFindings(s.Serializer):
    value = RatingBlock()


class ChapterFindings(s.Serializer):
    key = s.CharField()
    title = s.CharField()
    value = RatingBlock()
    verdict = VerdictBlock()


class SectionFindings(ChapterFindings):
    discipline = s.CharField(allow_null=True)


class CoverageFigure(s.Serializer):
    asked = _count(True)
    opened = _count(True)
    reading = _count(True)
    finished = _count(True)
    declined = _count(True)


class Coverage(s.Serializer):
    all = CoverageFigure()
    by_discipline = s.DictField(child=CoverageFigure())


class Remarks(s.Serializer):
    total = _count()
    by_kind = s.DictField(child=s.IntegerField())
    by_decision = s.DictField(child=s.IntegerField())
    by_fate = s.DictField(child=s.IntegerField())
    by_discipline = s.DictField(child=s.IntegerField())


class Findings(s.Serializer):
    draft = s.IntegerField(allow_null=True)
    book = BookFindings()
    chapters = ChapterFindings(many=True)
    sections = SectionFindings(many=True)
    coverage = Coverage()
    remarks = Remarks()
