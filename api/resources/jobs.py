"""Background work: how far it is, and how to end it."""

from rest_framework.request import Request
from rest_framework.response import Response

from jobs.models import Job
from jobs.queue import cancel
from manuscripts.job_rights import JobsOfManuscripts
from manuscripts.permissions import check

from .. import shapes
from ..schema import described
from ..views import ApiView


class JobView(ApiView):
    """Base: a job by its id, known to the author team of its manuscript."""

    model = Job
    read = "job.read"

    def rows(self) -> JobsOfManuscripts:
        return JobsOfManuscripts(Job)

    def lookup(self, kwargs: dict) -> dict:
        return {"pk": kwargs["pk"]}

    def represent(self, job: Job) -> dict:
        result = job.result
        if isinstance(result, dict) and str(result.get("url", "")).startswith("/"):
            result = {**result, "url": self.absolute(result["url"])}
        return {
            "id": job.pk,
            "kind": job.kind,
            "state": job.state,
            "progress": job.progress,
            "error": job.error or None,
            "result": result,
        }


class OneJob(JobView):
    @described("How far a job is", answer=shapes.Job)
    def get(self, request: Request, pk: str) -> Response:
        return Response(self.represent(self.object))


class CancelJob(JobView):
    @described("End a job; one that is over stays as it is", answer=shapes.Job)
    def post(self, request: Request, pk: str) -> Response:
        self.body()
        check(request.actor, "job.cancel", self.object)
        cancel(self.object)
        self.object.refresh_from_db()
        return Response(self.represent(self.object))
