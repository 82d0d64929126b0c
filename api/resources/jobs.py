"""Background work: how far it is, and how to end it."""

from rest_framework.request import Request
from rest_framework.response import Response

from jobs.models import Job
from jobs.queue import cancel
from manuscripts.job_rights import JobsOfManuscripts
from manuscripts.models import Draft

from .. import shapes
from ..presenting import represent_changes, represent_problem
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
        return {
            "id": job.pk,
            "kind": job.kind,
            "state": job.state,
            "progress": job.progress,
            "error": job.error or None,
            "result": self._result(job) if job.state == Job.State.DONE else None,
        }

    def _result(self, job: Job) -> dict | None:
        """The draft of a dry run, else where the outcome is to be found."""
        if "dry_run" in job.args and job.result:
            problems = [represent_problem(problem) for problem in job.result["problems"]]
            return {**job.result, "problems": problems, "changes": represent_changes(job.result["changes"])}
        if "draft" in job.args:
            draft = Draft.objects.select_related("manuscript").filter(pk=job.args["draft"]).first()
            return {"url": self.url("draft", draft.manuscript.slug, draft.number)} if draft else None
        if "report" in job.args:
            return {"url": self.url("report", job.args["report"])}
        if job.result and "url" in job.result:
            return {**job.result, "url": self.absolute(job.result["url"])}
        return job.result


class OneJob(JobView):
    @described("How far a job is", answer=shapes.Job)
    def get(self, request: Request, pk: str) -> Response:
        return Response(self.represent(self.object))


class CancelJob(JobView):
    read = "job.cancel"

    @described("End a job; one that is over stays as it is", answer=shapes.Job)
    def post(self, request: Request, pk: str) -> Response:
        self.body()
        cancel(self.object)
        self.object.refresh_from_db()
        return Response(self.represent(self.object))
