"""What opens a door is not written to the logs."""

import logging

from config.log_masking import MaskSecrets
from reviews.invitations import personal_link


def test_a_live_link_is_masked(cast, client, caplog, settings):
    path = personal_link(cast.members["link"]).removeprefix(settings.BASE_URL)
    assert client.post(path + "colleague/", {"name": ""}).status_code == 400
    lines = [record.getMessage() for record in caplog.records]
    assert any("/i/…/colleague/" in line for line in lines)
    assert not any(path.split("/")[2] in line for line in lines)


def test_the_filter_keeps_the_rest():
    record = logging.LogRecord(
        "x", logging.WARNING, "", 0, "%s %s", ("GET /account/link/s3cret/?x=1", "/s/t0ken"), None
    )
    assert MaskSecrets().filter(record)
    assert record.getMessage() == "GET /account/link/…/?x=1 /s/…"
