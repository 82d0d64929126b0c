"""Reports, their files, and the figures of the moment."""

from typing import Any

from django.http import FileResponse, Http404
from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response

from jobs.models import Job
from manuscripts.permissions import can, check
from reports.collecting import collect
from reports.findings import api_findings
from reports.formats import FORMATS
from reports.making import Wish, delete_report, request_report
from reports.models import Report

from .. import shapes
from ..conditional import unchanged
from ..parsing import Body, Flag, Number, Slugs, Text
from ..schema import described
from ..views import KEPT, ApiView


class ReportBody(Body):
    """What a report is to be; everything where absent."""

    shown_only = frozenset({"id", "state", "progress", "as_of", "snapshot_sha256", "error", "files"})
    formats = serializers.ListField(child=Text(), required=False)
    draft = Number(required=False)
    disciplines = Slugs(required=False)
    chapters = serializers.ListField(child=Text(), required=False)
    kinds = serializers.ListField(child=Text(), required=False)
    decisions = serializers.ListField(child=Text(), required=False)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)
    edition = Text(required=False)
    names = Flag(required=False)

    def validate(self, fields: dict) -> dict:
        return {name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()}


class Reports(ApiView):
    params = frozenset({"limit", "cursor"})

    @described("Reports, newest first", answer=shapes.Report, listed=True)
    def get(self, request: Request, slug: str) -> Response:
        check(request.actor, "report.list", self.manuscript)
        rows = Report.objects.filter(manuscript=self.manuscript).select_related("draft").prefetch_related("files")
        rows = rows.defer("snapshot")
        return self.page(rows, self._shown, order=("-created", "-pk"))

    def _shown(self, found: list[Report]) -> list[dict]:
        jobs = Job.objects.in_bulk([report.job_id for report in found if report.is_being_made])
        for report in found:
            report.job = jobs.get(report.job_id)
        return [represent(report, self) for report in found]

    @described("Make a report", body=ReportBody, answer=shapes.ReportStarted, status=202, problems=(409,))
    def post(self, request: Request, slug: str) -> Response:
        check(request.actor, "report.create", self.manuscript)
        report = request_report(request.actor, self.manuscript, Wish(**self.body(ReportBody)))
        return self.started(self.url("report", report.pk), report.job_id, id=str(report.pk), state=report.state)


class OneReport(ApiView):
    model = Report
    read = "report.read"
    needs = {"DELETE": "admin"}

    def rows(self) -> Any:
        return Report.objects.select_related("draft", "manuscript").prefetch_related("files").defer("snapshot")

    def represent(self, report: Report) -> dict:
        return represent(report, self)

    @described("A report and its files", answer=shapes.Report)
    def get(self, request: Request, pk: str) -> Response:
        return Response(represent(self.object, self))

    @described("Take a report away with its files", status=204)
    def delete(self, request: Request, pk: str) -> Response:
        self.body()
        with unchanged(self, self.object):
            delete_report(request.actor, self.object)
        return Response(status=204)


class AnyType(BaseContentNegotiation):
    """A file is sent as it is, whatever the client would rather have."""

    def select_parser(self, request, parsers):
        return parsers[0]

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


class ReportDownload(OneReport):
    http_method_names = ["get", "head"]
    content_negotiation_class = AnyType

    @described("A file of a report", answer=OpenApiTypes.BINARY, media="*/*")
    def get(self, request: Request, pk: str, format_name: str) -> FileResponse:
        file = self.object.file_at(request.actor, format_name)
        if file is None or not file.path.exists():
            raise Http404
        kind = FORMATS[file.format].media_type
        response = FileResponse(file.path.open("rb"), as_attachment=True, filename=file.name, content_type=kind)
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
        return response


class Findings(ApiView):
    cache_control = KEPT

    @described("The figures of the newest open draft", answer=shapes.Findings)
    def get(self, request: Request, slug: str) -> Response:
        check(request.actor, "findings.read", self.manuscript)
        return Response(api_findings(collect(self.manuscript, self.manuscript.open_draft)))


def represent(report: Report, view: ApiView) -> dict:
    return {
        "id": str(report.pk),
        "state": report.state,
        "progress": report.progress,
        "draft": report.draft.number,
        "as_of": report.as_of,
        "snapshot_sha256": report.snapshot_sha256 or None,
        "error": report.error or None,
        "files": [
            {
                "format": file.format,
                "state": file.state,
                "error": file.error or None,
                "url": view.url("report_download", report.pk, file.address) if file.state == "done" else None,
                "bytes": file.bytes,
                "sha256": file.sha256 or None,
                **({"source": file.source} if file.source else {}),
            }
            for file in report.files.all()
            if can(view.request.actor, "report.fetch", file)
        ],
    }
