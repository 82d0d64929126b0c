"""Each right of the permission table given to everyone in turn: what the access matrix notices of it."""

import logging
import os
import sys
import tempfile
import time

#: Rows that the lists guard too (`visible_to` already leaves out what they would refuse): in turn with their lists.
GUARDED_BY_LISTS = {
    "manuscript.read": ("manuscripts.models", "ManuscriptQuerySet"),
    "unsent.keep": ("manuscripts.models", "ManuscriptQuerySet"),
    "news.mark": ("manuscripts.models", "ManuscriptQuerySet"),
    "text.read": ("manuscripts.models", "SectionTextQuerySet"),
    "image.read": ("manuscripts.models", "ImageQuerySet"),
    "draft.read": ("manuscripts.models", "DraftQuerySet"),
    "thread.read": ("reviews.querysets", "ThreadQuerySet"),
    "thread.follow": ("reviews.querysets", "ThreadQuerySet"),
    "question.read": ("reviews.querysets", "OfManuscriptQuerySet"),
    "answer.read": ("reviews.querysets", "AnswerQuerySet"),
    "review.read": ("reviews.querysets", "OfMembershipQuerySet"),
    "job.read": ("manuscripts.job_rights", "JobsOfManuscripts"),
    "job.cancel": ("manuscripts.job_rights", "JobsOfManuscripts"),
    "report.read": ("reports.models", "ReportQuerySet"),
    "report.fetch": ("reports.models", "ReportFileQuerySet"),
}
GOAL = 0.95


def main() -> int:
    """Prints a line for each action; 1 where less than 95 % were noticed."""
    folder = tempfile.TemporaryDirectory(prefix="widemargin-matrix-")
    os.environ["DATA_DIR"] = folder.name
    os.environ.pop("REDIS_URL", None)
    os.environ["DEBUG"] = "1"  # pages name their styles without collecting them first
    sys.path.insert(0, os.getcwd())
    logging.disable(logging.CRITICAL)  # what is refused would be logged thousands of times
    with folder:
        return _run()


def _run() -> int:
    import django

    django.setup()
    from django.db import connection, transaction
    from django.test.utils import setup_test_environment, teardown_test_environment

    from manuscripts import permissions
    from tests.access_matrix import ROWS
    from tests.access_mutants import actions_asked, noticed, noticed_without_list
    from tests.access_scene import make_scene

    setup_test_environment(debug=False)
    name = connection.creation.create_test_db(verbosity=0)
    begun, missed = time.monotonic(), []
    try:
        with transaction.atomic():
            scene = make_scene()
            asked = {row: actions_asked(scene, row) for row in ROWS}
            for action in sorted(permissions.TABLE):
                rows = [row for row in ROWS if action in asked[row]]
                found = noticed(scene, action, rows)
                if not found and action in GUARDED_BY_LISTS:
                    found = noticed_without_list(scene, action, rows, *GUARDED_BY_LISTS[action])
                missed += [] if found else [action]
                print(f"{action:26} {len(rows):4} rows  {found[:120] or 'NOT NOTICED'}", flush=True)
            transaction.set_rollback(True)
    finally:
        connection.creation.destroy_test_db(name, verbosity=0)
        teardown_test_environment()
    total = len(permissions.TABLE)
    share = (total - len(missed)) / total
    print(f"{total - len(missed)} of {total} noticed ({share:.1%}) in {time.monotonic() - begun:.0f} s")
    return 0 if share >= GOAL else 1
