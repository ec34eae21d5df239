"""The gate before the real server: slow, silent and too large senders hold nobody up, nothing is lost on the way."""

import socket
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MB = 1 << 20


@pytest.fixture(scope="module")
def port():
    with closing(socket.socket()) as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    told = [sys.executable, "-m", "granian", "--interface", "rsgi", "--port", str(port), "--backpressure", "500"]
    served = subprocess.Popen([*told, "tests.guard.gated:application"], cwd=ROOT)
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            break
        time.sleep(0.05)
    yield port
    served.terminate()
    served.wait(10)


@pytest.fixture
def line(port):
    """Return a line to the server: what is said is sent, `heard` is what comes back until it hangs up."""
    lines = []

    def opened(said: bytes = b"") -> socket.socket:
        one = socket.create_connection(("127.0.0.1", port), timeout=5)
        lines.append(one)
        one.sendall(said)
        return one

    yield opened
    for each in lines:
        each.close()


def a_request(path="/", *headers, method="GET", body=b""):
    head = [f"{method} {path} HTTP/1.1", "Host: here", "Connection: close", *headers]
    return "\r\n".join([*head, "", ""]).encode() + body


def heard(line) -> str:
    pieces = []
    with suppress(ConnectionResetError):
        while piece := line.recv(65536):
            pieces.append(piece)
    return b"".join(pieces).decode()


def upload(size, *headers, body=b"", kind="application/json"):
    return a_request("/", f"Content-Type: {kind}", f"Content-Length: {size}", *headers, method="POST", body=body)


def test_what_is_asked_reaches_the_house_as_it_was_sent(line):
    asked = a_request("/%E8%A1%A2?q=%E5%B7%9E", "Cookie: a=1", "Cookie: b=2", "X-A: 1", "X-A: 2", "X_A: 3")
    in_chunks = a_request("/", "Transfer-Encoding: chunked", method="POST", body=b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")

    told, whole = heard(line(asked)), heard(line(in_chunks))

    assert "PATH_INFO=/è¡¢" in told and "QUERY_STRING=q=%E5%B7%9E" in told  # as PEP 3333 has bytes in a text
    assert "HTTP_COOKIE=a=1; b=2" in told and "HTTP_X_A=1,2\n" in told
    assert told.count("set-cookie") == 2 and "REMOTE_ADDR=127.0.0.1" in told
    assert "CONTENT_LENGTH=5" in whole and whole.endswith("body=5")


def test_files_and_pieces_are_sent_whole_and_a_head_without_a_body(line):
    file, pieces = heard(line(a_request("/file"))), heard(line(a_request("/pieces")))
    head, known = heard(line(a_request("/", method="HEAD"))), heard(line(a_request("/known")))

    assert "a file" in file
    assert "one " in pieces and "two" in pieces
    for each in (head, known):  # a file that a browser has already comes in no piece at all
        assert each.startswith("HTTP/1.1 200") and each.endswith("\r\n\r\n")


def test_what_is_too_large_is_refused_before_the_rest_of_it_is_read(line):
    form = "multipart/form-data; boundary=x"
    file = b'--x\r\nContent-Disposition: form-data; name="a"; filename="a"\r\n\r\n' + b"a" * (MB + 300_000)
    two = b"--x\r\n\r\n" + b"a" * MB + b"\r\n--x\r\n\r\n" + b"b" * MB + b"\r\n--x--\r\n"

    announced, in_form = heard(line(upload(MB + 1))), heard(line(upload(3 * MB + 1, kind=form)))
    one_file = heard(line(upload(3 * MB, kind=form, body=file)))  # a megabyte of it is never sent
    both = heard(line(upload(len(two), kind=form, body=two)))

    assert [each.split()[1] for each in (announced, in_form, one_file, both)] == ["413", "413", "413", "200"]
    assert one_file.endswith("evidence.too_large") and both.endswith(f"body={len(two)}")


def test_who_sends_byte_by_byte_or_says_nothing_holds_nobody_up_and_is_refused_in_the_end(line):
    silent = [line() for _ in range(100)]
    slow = [line(upload(1000, f"X-Forwarded-For: 10.0.0.{n}", body=b"{")) for n in range(40)]
    began = time.monotonic()

    answers = [heard(line(a_request())) for _ in range(20)]
    took = time.monotonic() - began

    assert all(each.startswith("HTTP/1.1 200") for each in answers) and took < 1
    ended = [heard(each) for each in slow]
    assert {each.split()[1] for each in ended} == {"408"}
    assert len(silent) == 100


def test_a_hundred_requests_of_one_address_do_not_stand_before_one_of_another(line):
    many = [line(a_request("/slow", "X-Forwarded-For: 10.2.0.1")) for _ in range(20)]  # a second of work
    time.sleep(0.1)
    began = time.monotonic()

    answer = heard(line(a_request("/slow", "X-Forwarded-For: 10.2.0.2")))
    took = time.monotonic() - began

    assert answer.startswith("HTTP/1.1 200") and took < 0.6
    assert all(heard(each).startswith("HTTP/1.1 200") for each in many) and time.monotonic() - began > 0.7


def test_one_address_has_only_so_many_uploads_under_way(line):
    first = [line(upload(10, "X-Forwarded-For: 10.1.0.1")) for _ in range(4)]
    time.sleep(0.2)

    fifth = heard(line(upload(2, "X-Forwarded-For: 10.1.0.1", body=b"{}")))
    other = heard(line(upload(2, "X-Forwarded-For: 10.1.0.2", body=b"{}")))

    assert (fifth.split()[1], other.split()[1]) == ("503", "200")
    assert len(first) == 4
