"""The queue in a folder: each message once, whoever takes it."""

import threading
from queue import Empty

import pytest
from kombu import Connection

from config import clock  # noqa: F401 - names the transport


@pytest.fixture
def connect(tmp_path):
    def make():
        return Connection("folder://localhost", transport_options={"folder": str(tmp_path), "polling_interval": 0.01})

    return make


def test_messages_come_in_order_and_once(connect):
    with connect() as one, connect() as other:
        queue = one.SimpleQueue("bells")
        for number in range(3):
            queue.put(number)
        taken = [take_one(other.SimpleQueue("bells"), 1) for _ in range(3)]
        assert taken == [0, 1, 2]
        with pytest.raises(Empty):
            queue.get(timeout=0.05)


def test_queues_are_apart(connect):
    with connect() as link:
        link.SimpleQueue("bells").put("ding")
        with pytest.raises(Empty):
            link.SimpleQueue("s").get(timeout=0.05)
        assert link.SimpleQueue("bells").qsize() == 1
        assert link.SimpleQueue("bells").clear() == 1
        assert link.SimpleQueue("bells").qsize() == 0


def test_many_readers_take_each_message_once(connect):
    with connect() as link:
        for number in range(200):
            link.SimpleQueue("bells").put(number)
    taken = []

    def take():
        with connect() as link:
            queue = link.SimpleQueue("bells")
            while True:
                try:
                    taken.append(take_one(queue, 0.1))
                except Empty:
                    return

    threads = [threading.Thread(target=take) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(200))


def test_message_not_acknowledged_comes_back(connect):
    with connect() as link:
        link.SimpleQueue("bells").put("ding")
        assert link.SimpleQueue("bells").get(timeout=1).payload == "ding"
    with connect() as link:
        assert take_one(link.SimpleQueue("bells"), 1) == "ding"


def take_one(queue, timeout):
    message = queue.get(timeout=timeout)
    message.ack()
    return message.payload


def test_half_written_messages_are_not_seen(connect, tmp_path):
    with connect() as link:
        queue = link.SimpleQueue("bells")
        (tmp_path / "0-half.writing").write_text('{"bo')
        with pytest.raises(Empty):
            queue.get(timeout=0.05)
