"""What readers are asked, and what they say."""

from datetime import datetime
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from manuscripts.errors import Refused
from manuscripts.models import Manuscript, Membership
from manuscripts.numbers import whole
from manuscripts.permissions import Actor, check
from reviews.answers import delete_answer, questions_of, save_answer, standing
from reviews.models import Answer, Question
from reviews.questions import add_question, change_question
from reviews.telling import is_told_of

from .. import shapes
from ..conditional import unchanged
from ..parsing import Body, Flag, Line, Number, Slugs, Text
from ..schema import described
from ..views import ApiView

PAGED = frozenset({"limit", "cursor"})


class QuestionBody(Body):
    """A question to ask."""

    shown_only = frozenset({"id", "code"})
    kind = Text(required=False)
    text = Text(required=False)
    scopes = serializers.ListField(child=Text(), required=False)
    chapters = serializers.ListField(child=Text(), required=False, allow_null=True)
    disciplines = Slugs(required=False, allow_null=True)
    options = serializers.ListField(child=Text(), required=False)
    position = Number(required=False)
    retired = Flag(required=False)


class Questions(ApiView):
    params = PAGED

    @described("Questions in the order they are asked, retired ones included", answer=shapes.Question, listed=True)
    def get(self, request: Request, slug: str) -> Response:
        questions_of(self.manuscript)
        rows = self.manuscript.questions.prefetch_related("chapters", "disciplines")
        return self.page(rows, lambda found: [represent_question(row) for row in found], order=("position", "pk"))

    @described("Ask a further question", body=QuestionBody, answer=shapes.Question, status=201)
    def post(self, request: Request, slug: str) -> Response:
        check(request.actor, "question.change", self.manuscript)
        question = add_question(request.actor, self.manuscript, self.body(QuestionBody))
        return Response(represent_question(question), status=201)


class OneQuestion(ApiView):
    model = Question
    read = "question.read"

    def rows(self) -> Any:
        return Question.objects.select_related("manuscript")

    def represent(self, question: Question) -> dict:
        return represent_question(question)

    @described("Change or retire a question", body=QuestionBody, answer=shapes.Question, problems=(409,))
    def patch(self, request: Request, pk: str) -> Response:
        check(request.actor, "question.change", self.object)
        fields = self.body(QuestionBody)
        with unchanged(self, self.object):
            question = change_question(request.actor, self.object, fields)
        return Response(self.represent(question))


class AnswerBody(Body):
    """An answer: one's own, or one an author records for `member`."""

    shown_only = frozenset({"id", "round", "draft", "stands", "updated"})
    question = Text()
    scope = Text()
    key = Text(required=False, allow_null=True)
    value = serializers.JSONField(required=False, allow_null=True)
    words = Text(required=False, allow_blank=True)
    discipline = Text(required=False)
    member = Text(required=False)
    via = Line(required=False, allow_blank=True, max_length=120)


class Answers(ApiView):
    params = PAGED

    @described("Answers, oldest first: all that may be told for authors, your own otherwise", answer=shapes.Answer,
               listed=True)  # fmt: skip
    def get(self, request: Request, slug: str) -> Response:
        rows = Answer.objects.visible_to(request.actor).filter(question__manuscript=self.manuscript)
        rows = rows.select_related("question", "chapter", "section", "discipline__merged_into", "round", "draft")
        # In the order of their ids: the cursor of times would tell when someone unnamed answered.
        return self.page(rows, lambda found: represent_answers(found, request.actor, self.manuscript), order=("pk",))

    @described("Answer a question; a second time replaces", body=AnswerBody, answer=shapes.Answer, status=201,
               also={200: shapes.Answer}, problems=(409,))  # fmt: skip
    def post(self, request: Request, slug: str) -> Response:
        fields = self.body(AnswerBody)
        fields["question"] = self._question(fields["question"])
        if "member" in fields:
            fields["member"] = self._member(fields["member"])
        answer, made = save_answer(request.actor, self.manuscript, **fields)
        shown = represent_answers([answer], request.actor, self.manuscript)[0]
        return Response(shown, status=201 if made else 200)

    def _question(self, pk: str) -> Question:
        found = self.manuscript.questions.filter(pk=pk).first() if whole(pk) is not None else None
        if found is None:
            raise Refused("unknown_question", "There is no such question.", field="question")
        return found

    def _member(self, pk: str) -> Membership:
        me = self.request.actor.membership_in(self.manuscript)
        if me is not None and pk == str(me.pk):
            return me
        check(self.request.actor, "answer.record", self.manuscript)
        people = self.manuscript.memberships.present().filter(role__in=["reviewer", "contact"])
        found = people.filter(pk=pk).first() if whole(pk) is not None else None
        if found is None:
            raise Refused("unknown_member", "There is no such reader.", field="member")
        return found


class OneAnswer(ApiView):
    model = Answer
    read = "answer.read"

    def rows(self) -> Any:
        return Answer.objects.select_related("question__manuscript", "member")

    def represent(self, answer: Answer) -> dict:
        return represent_answers([answer], self.request.actor, answer.manuscript)[0]

    @described("Take an answer back", status=204)
    def delete(self, request: Request, pk: str) -> Response:
        self.body()
        with unchanged(self, self.object):
            delete_answer(request.actor, self.object)
        return Response(status=204)


def represent_question(row: Question) -> dict:
    return {
        "id": str(row.pk),
        "code": row.code,
        "kind": row.kind,
        "text": row.text,
        "scopes": row.scopes,
        "chapters": sorted(c.key for c in row.chapters.all()) or None,
        "disciplines": [d.slug for d in row.disciplines.all()] or None,
        "options": row.options,
        "position": row.position,
        "retired": row.retired,
    }


def represent_answers(rows: list[Answer], actor: Actor, manuscript: Manuscript) -> list[dict]:
    """Answers as one person may be told them; a fixed number of queries."""
    draft = manuscript.open_draft
    ids = [row.pk for row in rows]
    stand = set(standing(manuscript, draft).filter(pk__in=ids).values_list("pk", flat=True)) if draft else set()
    return [_answer(row, actor, row.pk in stand) for row in rows]


def _day(moment: datetime) -> datetime:
    """The day alone: the minute of an answer, beside what its writer did elsewhere, would name them."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


def _answer(row: Answer, actor: Actor, stands: bool) -> dict:
    known = is_told_of(actor, row)
    rating = row.question.kind == "rating" and str(row.value).isdecimal()
    return {
        "id": str(row.pk),
        "member": str(row.member_id) if known else None,
        "question": str(row.question_id),
        "scope": row.scope,
        "key": row.key,
        "discipline": row.discipline.resolved().slug if row.discipline and known else None,
        "round": row.round.number,
        "draft": row.draft.number,
        "value": int(row.value) if rating else row.value,
        "words": row.words,
        "stands": stands,
        "via": row.via if known else "",
        "updated": row.updated if known else _day(row.updated),
    }
