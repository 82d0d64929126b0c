"""Who sees a background job: the author team of the manuscript it works for, or who began it where it has none."""

from django.db.models import Q

from jobs.models import Job, JobQuerySet

from .permissions import Actor, allow, both, may_write


class JobsOfManuscripts(JobQuerySet):
    """Jobs as the permission engine loads them: `load(JobsOfManuscripts(Job), actor, "job.read", pk=...)`."""

    def visible_to(self, actor: Actor) -> "JobsOfManuscripts":
        rule = Q(subject__in=[f"manuscript:{pk}" for pk in actor.team_manuscript_ids()])
        if actor.user is not None and actor.only_manuscript is None:
            rule |= Q(subject="", user=actor.user)
        return self.filter(rule)


def sees_the_job(actor: Actor, job: Job) -> bool:
    return JobsOfManuscripts(Job).visible_to(actor).filter(pk=job.pk).exists()


allow("job.read", sees_the_job)
allow("job.cancel", both(sees_the_job, may_write))
