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


def team_of_its_manuscript(actor: Actor, job: Job) -> bool:
    """The job works for a manuscript of whose author team they are."""
    return job.subject in {f"manuscript:{pk}" for pk in actor.team_manuscript_ids()}


def began_it(actor: Actor, job: Job) -> bool:
    """They began a job that works for no manuscript."""
    return not job.subject and actor.user is not None and actor.only_manuscript is None and job.user_id == actor.user.pk


allow("job.read", team_of_its_manuscript, began_it)
allow("job.cancel", both(team_of_its_manuscript, may_write), both(began_it, may_write))
