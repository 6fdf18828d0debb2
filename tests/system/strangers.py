#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# timeout: 300
"""Given the gateway's HTTP part with sites of a test behind it (http_door.c), when a client speaks to
it octet by octet, then it gets what RFC 9110 and 9112 promise it, and nothing that could be
understood in two ways goes through."""

import gzip
import json
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import door
import tap
from door import chunked, head

DOOR = door.Door()
MEGA = 1000 * 1000

# What two readers could understand in two ways, or what no reader should: name, octets.
BAD_HEADS = {
    "two Content-Length": head("POST", "/echo/", "Content-Length: 5", "Content-Length: 6"),
    "two equal Content-Length": head("POST", "/echo/", "Content-Length: 5", "Content-Length: 5"),
    "a list as Content-Length": head("POST", "/echo/", "Content-Length: 5, 5"),
    "Content-Length +5": head("POST", "/echo/", "Content-Length: +5"),
    "Content-Length -1": head("POST", "/echo/", "Content-Length: -1"),
    "Content-Length 0x5": head("POST", "/echo/", "Content-Length: 0x5"),
    "an empty Content-Length": head("POST", "/echo/", "Content-Length: "),
    "Content-Length and chunked": head("POST", "/echo/", "Content-Length: 5",
                                       "Transfer-Encoding: chunked"),
    "chunked and Content-Length": head("POST", "/echo/", "Transfer-Encoding: chunked",
                                       "Content-Length: 5"),
    "two Transfer-Encoding": head("POST", "/echo/", "Transfer-Encoding: chunked",
                                  "Transfer-Encoding: chunked"),
    "Transfer-Encoding gzip": head("POST", "/echo/", "Transfer-Encoding: gzip, chunked"),
    "Transfer-Encoding identity": head("POST", "/echo/", "Transfer-Encoding: identity"),
    "Transfer-Encoding xchunked": head("POST", "/echo/", "Transfer-Encoding: xchunked"),
    "chunked in HTTP/1.0": b"POST /echo/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
    "two Host": head("GET", "/echo/", "Host: other"),
    "no Host": b"GET /echo/ HTTP/1.1\r\n\r\n",
    "a Host with a path": b"GET /echo/ HTTP/1.1\r\nHost: door/echo\r\n\r\n",
    "a folded header": head("GET", "/echo/", "X-Long: one", " two"),
    "a folded last header": head("GET", "/echo/", "X-Long: one", "\ttwo"),
    "a folded first header": b"GET /echo/ HTTP/1.1\r\nHost: door\r\n more\r\nX-A: b\r\n\r\n",
    "a NUL in a value": head("GET", "/echo/", "X-Nul: a\0b"),
    "a NUL in a name": head("GET", "/echo/", "X-N\0l: ab"),
    "a NUL in the path": head("GET", "/echo/a\0b"),
    "a space before the colon": head("GET", "/echo/", "X-Space : a"),
    "an empty name": head("GET", "/echo/", ": a"),
    "a name that is no token": head("GET", "/echo/", "X(a): a"),
    "a control character in a value": head("GET", "/echo/", "X-Bell: \x07"),
    "a CR in a value": head("GET", "/echo/", "X-Cr: a\rb"),
    "a bare LF after a header": b"GET /echo/ HTTP/1.1\r\nHost: door\nX-A: b\r\n\r\n",
    "a bare LF after the last header": b"GET /echo/ HTTP/1.1\r\nHost: door\n\r\n",
    "a bare LF at the end": b"GET /echo/ HTTP/1.1\r\nHost: door\r\n\n",
    "a bare LF after the request line": b"GET /echo/ HTTP/1.1\nHost: door\r\n\r\n",
    "two spaces in the request line": b"GET  /echo/ HTTP/1.1\r\nHost: door\r\n\r\n",
    "a space in the path": b"GET /echo/a b HTTP/1.1\r\nHost: door\r\n\r\n",
    "a method that is no token": head("GE(T", "/echo/"),
    "a path of dots": head("GET", "/echo/../late/"),
    "a path of escaped dots": head("GET", "/echo/%2e%2E/late/"),
    "a path of dots behind an escaped slash": head("GET", "/echo%2f..%2flate"),
    "a path that ends in dots": head("GET", "/echo/.."),
    "a path of one dot": head("GET", "/echo/./a"),
    "a backslash": head("GET", "/echo/..\\late"),
    "an escaped NUL": head("GET", "/echo/%00"),
    "half an escape": head("GET", "/echo/%4"),
    "an escape that is none": head("GET", "/echo/%zz"),
    "octets over 127 in the path": head("GET", "/echo/\xe9"),
    "a fragment": head("GET", "/echo/#top"),
    "no slash": head("GET", "echo"),
    "HTTP/1.2": b"GET /echo/ HTTP/1.2\r\nHost: door\r\n\r\n",
}
BAD_CHUNKS = {
    "a size that is no number": b"zz\r\nhello\r\n0\r\n\r\n",
    "a size with a sign": b"-5\r\nhello\r\n0\r\n\r\n",
    "a size over 64 bits": b"ffffffffffffffffff\r\nhello\r\n0\r\n\r\n",
    "a chunk that is longer than it says": b"3\r\nhello\r\n0\r\n\r\n",
}


def fields(answer):
    return dict(line.split("=", 1) for line in answer.body.decode().splitlines() if "=" in line)


def problem(answer, status, code):
    """The answer is a problem of RFC 9457."""
    assert answer.status == status, answer
    assert answer.headers["content-type"] == "application/problem+json", answer
    said = json.loads(answer.body)
    assert said["status"] == status and said["code"] == code, said
    assert said["type"] == f"urn:sijill:problem:{code}" and said["title"] and said["detail"], said
    assert said["trace"] == answer.headers["x-request-id"], said
    return said


# ---- what is refused ----


def heads_that_can_be_understood_in_two_ways_are_refused_and_closed():
    went_through = []
    for what, octets in BAD_HEADS.items():
        with DOOR.connect() as client:
            client.send(octets, b"hello", head("GET", "/echo/smuggled"))
            answer = client.answer()
            if answer.status != 400 or not client.is_closed():
                went_through.append(f"{what}: {answer.status}")
    assert not went_through, went_through
    assert DOOR.count("sijill_http_requests_total", site="echo", status="400") == 0


def chunks_that_are_none_are_refused_and_closed():
    for what, octets in BAD_CHUNKS.items():
        with DOOR.connect() as client:
            client.send(head("POST", "/echo/", "Transfer-Encoding: chunked"), octets)
            assert client.answer().status in (400, 413), what
            assert client.is_closed(), what


def a_head_over_8_kib_is_refused_and_closed():
    for size in (8 * 1024, 9 * 1024, 12 * 1024, 40 * 1000, 200 * 1000):
        with DOOR.connect() as client:
            client.send(head("GET", "/echo/", "X-Large: " + "x" * size))
            assert client.answer().status == 431, size
            assert client.is_closed(), size


def a_head_of_many_small_headers_is_refused_and_closed():
    with DOOR.connect() as client:
        client.send(head("GET", "/echo/", *(f"X-{n}: a" for n in range(200))))
        assert client.answer().status == 431
        assert client.is_closed()


def a_head_of_7_kib_is_taken():
    assert DOOR.get("/echo/", "X-Large: " + "x" * 7 * 1024).status == 200


def a_request_line_over_8_kib_is_refused_and_closed():
    with DOOR.connect() as client:
        client.send(head("GET", "/echo/" + "x" * 40 * 1000))
        assert client.answer().status in (414, 431)
        assert client.is_closed()


def a_declared_body_that_is_too_large_is_refused_before_it_is_read():
    for length in (64 * 1024 + 1, 10 * MEGA, 2**63, 2**64 - 1, 2**64, 10**30):
        with DOOR.connect() as client:
            client.send(head("POST", "/echo/", f"Content-Length: {length}"))
            assert client.answer().status in (413, 400), length
            assert client.is_closed(), length


def a_client_that_sends_10_mb_at_once_reads_why_it_was_refused():
    body = b"x" * (10 * MEGA)
    for octets in (head("POST", "/echo/", f"Content-Length: {len(body)}") + body,
                   head("POST", "/echo/", "Transfer-Encoding: chunked") + chunked(body)):
        with DOOR.connect() as client:
            client.send(octets)
            answer = client.answer()
            problem(answer, 413, "TOO_LARGE")
            assert answer.headers["connection"] == "close"
            assert client.is_closed()


def a_chunked_body_is_refused_when_it_is_over_the_limit():
    with DOOR.connect() as client:
        client.send(head("POST", "/echo/", "Transfer-Encoding: chunked"),
                    b"8000\r\n" + b"x" * 0x8000 + b"\r\n8001\r\n" + b"x" * 0x8001 + b"\r\n")
        problem(client.answer(), 413, "TOO_LARGE")
        assert client.is_closed()


def a_body_of_exactly_the_limit_is_taken():
    body = b"x" * (64 * 1024)
    assert fields(DOOR.ask(head("POST", "/echo/", f"Content-Length: {len(body)}"), body))["body"] \
        == "65536"
    assert fields(DOOR.ask(head("POST", "/echo/", "Transfer-Encoding: chunked"),
                           chunked(body[:1], body[1:])))["body"] == "65536"


def an_unknown_path_is_404_and_a_wrong_method_405_with_allow():
    problem(DOOR.get("/nothing/here"), 404, "NOT_FOUND")
    problem(DOOR.get("/echo"), 404, "NOT_FOUND")
    problem(DOOR.get("/metrics/more"), 404, "NOT_FOUND")
    answer = DOOR.get("/echo/", method="DELETE")
    problem(answer, 405, "UNSUPPORTED")
    assert answer.headers["allow"] == "GET, POST"


# ---- what is answered ----


def an_answer_says_what_browsers_need_and_not_who_we_are():
    answer = DOOR.get("/echo/")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.headers["cache-control"] == "no-store"
    assert "date" in answer.headers and "server" not in answer.headers


def an_answer_of_json_has_no_headers_for_pages_and_one_to_a_write_none_for_caches():
    for method in ("GET", "POST"):
        answer = DOOR.get("/nowhere", method=method)
        problem(answer, 404, "NOT_FOUND")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert not {"referrer-policy", "content-security-policy"} & set(answer.headers)
        assert answer.headers.get("cache-control") == ("no-store" if method == "GET" else None)


def paths_and_queries_come_to_the_site_as_they_were_sent():
    answer = fields(DOOR.get("/echo/a%20b%2Fc?name=x%2By+z&q=%C3%A9&name=other"))
    assert answer["path"] == "/echo/a%20b%2Fc"
    assert answer["query"] == "name=x%2By+z&q=%C3%A9&name=other"
    assert answer["name"] == "x+y z"
    assert fields(DOOR.get("http://door/echo/abs?name=1"))["path"] == "/echo/abs"


def a_head_is_answered_as_get_without_the_body():
    with DOOR.connect() as client:
        client.send(head("HEAD", "/echo/?size=100"), head("GET", "/echo/?size=100"))
        first, second = client.answer(bodyless=True), client.answer()
    assert first.status == second.status == 200
    assert first.headers["content-length"] == second.headers["content-length"]
    assert fields(second)["method"] == "GET"


def options_says_what_may_be_asked():
    answer = DOOR.get("/echo/", method="OPTIONS")
    assert (answer.status, answer.headers["allow"]) == (204, "GET, POST")
    assert DOOR.get("/nothing", method="OPTIONS").status == 404


def requests_of_one_connection_are_answered_in_their_order():
    with DOOR.connect() as client:
        client.send(b"".join(head("GET", f"/{site}/{n}?ms=20")
                             for n in range(20) for site in ("late", "echo")))
        for n in range(20):
            assert fields(client.answer())["path"] == f"/late/{n}"
            assert fields(client.answer())["path"] == f"/echo/{n}"


def a_connection_is_kept_until_the_client_says_close():
    with DOOR.connect() as client:
        for _ in range(50):
            client.send(head("POST", "/echo/", "Content-Length: 5"), b"hello")
            assert client.answer().body.endswith(b"hello")
        client.send(head("GET", "/echo/", "Connection: close"))
        assert client.answer().headers["connection"] == "close"
        assert client.is_closed()


def a_client_of_http_1_0_is_answered_and_closed():
    with DOOR.connect() as client:
        client.send(b"GET /echo/ HTTP/1.0\r\n\r\n")
        assert client.answer().status == 200
        assert client.is_closed()


def a_kept_connection_that_rested_still_works():
    with DOOR.connect() as client:
        for body in (b"one", b"two", b"three"):
            client.send(head("POST", "/echo/", f"Content-Length: {len(body)}", "X-Pad: " + "y" * 7000),
                        body)
            assert client.answer().body.endswith(body)
            time.sleep(0.6)  # its memory is given back meanwhile


def a_request_that_comes_in_two_halves_around_a_rest_is_whole():
    request = head("POST", "/echo/", "Content-Length: 5", "X-Pad: " + "y" * 7000) + b"hello"
    with DOOR.connect() as client:
        for cut in (10, 5000, len(request) - 3):
            client.send(head("GET", "/echo/first") + request[:cut])
            assert fields(client.answer())["path"] == "/echo/first"
            time.sleep(0.6)
            client.send(request[cut:])
            assert client.answer().body.endswith(b"hello"), cut


def expect_100_continue_is_answered_before_the_body_and_only_if_it_is_wanted():
    expect = ("Expect: 100-continue", "Content-Length: 5")
    with DOOR.connect() as client:
        client.send(head("POST", "/echo/", *expect))
        assert client.answer().status == 100
        client.send(b"hello")
        assert client.answer().body.endswith(b"hello")
    with DOOR.connect() as client:
        client.send(head("POST", "/echo/", expect[0], f"Content-Length: {10 * MEGA}"))
        assert client.answer().status == 413
        assert client.is_closed()
    assert DOOR.ask(head("POST", "/asked/", *expect)).status == 401


def a_site_may_answer_at_the_head():
    with DOOR.connect() as client:
        for ms in (0, 20, 0, 20):
            client.send(head("GET", f"/asked/?ms={ms}"))
            problem(client.answer(), 401, "UNAUTHENTICATED")
    for ms in (0, 20):
        with DOOR.connect() as client:
            client.send(head("POST", f"/asked/?ms={ms}", "Content-Length: 5"), b"hello")
            problem(client.answer(), 401, "UNAUTHENTICATED")
            assert client.is_closed()


def a_long_text_is_compressed_for_who_takes_it():
    plain = DOOR.get("/echo/?size=5000")
    packed = DOOR.get("/echo/?size=5000", "Accept-Encoding: br, gzip")
    assert "content-encoding" not in plain.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body).splitlines()[-1] == plain.body.splitlines()[-1]
    assert len(packed.body) < 1000
    assert "Accept-Encoding" in plain.headers["vary"] and "Accept-Encoding" in packed.headers["vary"]
    assert "content-encoding" not in DOOR.get("/echo/?size=5000",
                                              "Accept-Encoding: gzip;q=0").headers
    assert "content-encoding" not in DOOR.get("/echo/?size=100", "Accept-Encoding: gzip").headers


# ---- who asks ----


def the_request_id_is_the_trace_id_of_a_good_traceparent():
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    good = DOOR.get("/echo/", f"traceparent: 00-{trace}-00f067aa0ba902b7-01")
    assert good.headers["x-request-id"] == trace


def a_bad_traceparent_is_replaced():
    bad = ["00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
           "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
           "00-" + "0" * 32 + "-00f067aa0ba902b7-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-" + "0" * 16 + "-01",
           "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more", "00", ""]
    ids = [DOOR.get("/echo/", f"traceparent: {one}").headers["x-request-id"] for one in bad]
    assert len(set(ids)) == len(bad)
    for made, given in zip(ids, bad):
        assert len(made) == 32 and set(made) <= set("0123456789abcdef") and made not in given.lower()


def x_forwarded_for_is_believed_only_behind_a_proxy():
    forwarded = "X-Forwarded-For: 198.51.100.1, 2001:DB8::7"
    assert fields(DOOR.get("/echo/", forwarded))["from"] == "http 127.0.0.1"
    with door.Door(forwarded=True) as behind:
        assert fields(behind.get("/echo/", forwarded))["from"] == "http 2001:db8::7"
        assert fields(behind.get("/echo/", "X-Forwarded-For: nonsense"))["from"] == "http 127.0.0.1"


def pages_of_other_origins_may_ask_where_they_are_named():
    asked = ("Origin: https://a.example", "Access-Control-Request-Method: POST")
    assert "access-control-allow-origin" not in DOOR.get("/echo/", asked[0]).headers
    with door.Door(cors="https://a.example https://b.example") as open_door:
        named = open_door.get("/echo/", asked[0])
        assert named.headers["access-control-allow-origin"] == "https://a.example"
        assert "X-Request-Id" in named.headers["access-control-expose-headers"]
        assert named.headers["vary"] == "Origin"
        flight = open_door.get("/echo/", *asked, method="OPTIONS")
        assert flight.status == 204 and "POST" in flight.headers["access-control-allow-methods"]
        other = open_door.get("/echo/", "Origin: https://a.example.evil", *asked[1:],
                              method="OPTIONS")
        assert "access-control-allow-origin" not in other.headers
        assert "access-control-allow-methods" not in other.headers
    with door.Door(cors="https://a.example,https://b.example") as comma_door:
        for origin in ("https://a.example", "https://b.example"):
            allowed = comma_door.get("/echo/", f"Origin: {origin}").headers
            assert allowed["access-control-allow-origin"] == origin
    with door.Door(cors="*") as any_door:
        assert any_door.get("/echo/", asked[0]).headers["access-control-allow-origin"] == "*"


# ---- pieces, streams, ends ----


def a_body_of_any_size_may_be_taken_piece_by_piece():
    body = b"x" * (10 * MEGA)
    answer = DOOR.ask(head("POST", "/pieces/", f"Content-Length: {len(body)}"), body)
    assert answer.body == b"octets=10000000\n"
    answer = DOOR.ask(head("POST", "/pieces/", "Transfer-Encoding: chunked"), chunked(body, body))
    assert answer.body == b"octets=20000000\n"


def a_site_that_has_enough_of_a_body_is_heard():
    body = b"x" * (10 * MEGA)
    for octets in (head("POST", "/pieces/?stop=2000000", f"Content-Length: {len(body)}") + body,
                   head("POST", "/pieces/?stop=2000000", "Transfer-Encoding: chunked") +
                   chunked(body)):
        with DOOR.connect() as client:
            client.send(octets)
            problem(client.answer(), 422, "INVALID")
            assert client.is_closed()


def gone_count(the_door):
    return int(fields(the_door.get("/echo/"))["gone"])


def wait_for(what):
    until = time.monotonic() + door.WAIT_S
    while not what():
        if time.monotonic() > until:
            raise AssertionError("it did not come to be")
        time.sleep(0.05)


def a_site_hears_when_a_client_leaves_before_its_body_is_whole():
    before = gone_count(DOOR)
    with DOOR.connect() as client:
        client.send(head("POST", "/pieces/", "Content-Length: 100"), b"hello")
        wait_for(lambda: DOOR.count("sijill_http_requests_in_flight") >= 2)
    wait_for(lambda: gone_count(DOOR) == before + 1)


def a_client_that_leaves_before_a_late_answer_harms_nobody():
    for _ in range(20):
        with DOOR.connect() as client:
            client.send(head("GET", "/late/?ms=100"))
    wait_for(lambda: DOOR.count("sijill_http_requests_in_flight") == 1)
    assert DOOR.get("/echo/").status == 200


def a_stream_comes_as_it_is_made():
    with DOOR.connect() as client:
        client.send(head("GET", "/stream/?count=3&ms=150"), head("GET", "/echo/"))
        client.until(b"\r\n\r\n")
        pieces = list(client.chunks())
        assert pieces == [b"line 2\n", b"line 1\n", b"line 0\n"], pieces
        assert client.answer().status == 200


def a_stream_of_much_is_whole():
    answer = DOOR.get("/stream/?count=50000")
    assert answer.body == b"".join(b"line %d\n" % n for n in range(49999, -1, -1))


def a_stream_ends_when_its_client_leaves():
    before = gone_count(DOOR)
    with DOOR.connect() as client:
        client.send(head("GET", "/stream/?count=2&ms=3600000"))
        client.until(b"\r\n\r\n")
    wait_for(lambda: gone_count(DOOR) == before + 1)


def what_is_asked_when_the_door_closes_is_answered():
    stopping = door.Door()
    with stopping.connect() as late, stopping.connect() as idle, stopping.connect() as stream:
        late.send(head("GET", "/late/?ms=700"))
        stream.send(head("GET", "/stream/?count=2&ms=3600000"))
        stream.until(b"\r\n\r\n")
        wait_for(lambda: stopping.count("sijill_http_requests_in_flight") == 3)
        stopping.program.stdin.close()
        assert idle.is_closed()
        answer = late.answer()
        assert (answer.status, answer.headers["connection"]) == (200, "close")
        assert list(stream.chunks()) == [], "an event stream ends, and says so"
    stopping.close()


# ---- what is counted ----


def counters_are_an_exposition_and_add_up():
    with door.Door() as fresh:
        for _ in range(7):
            fresh.get("/echo/")
        fresh.get("/echo/?status=503")
        fresh.get("/nothing")
        fresh.ask(BAD_HEADS["two Host"])
        counts = fresh.counts()
        totals = {(one.labels["site"], one.labels["status"]): one.value for one in counts
                  if one.name == "sijill_http_requests_total"}
        assert totals == {("echo", "200"): 7, ("echo", "503"): 1, ("none", "404"): 1,
                          ("none", "400"): 1}, totals
        assert fresh.count("sijill_http_request_seconds_count", site="echo") == 8
        assert fresh.count("sijill_http_refused_total", reason="head") == 1
        assert fresh.count("sijill_http_connections") >= 1


def the_door_gives_everything_back():
    DOOR.close()  # under the sanitizers: no leak, no use after its end


tap.run(
    heads_that_can_be_understood_in_two_ways_are_refused_and_closed,
    chunks_that_are_none_are_refused_and_closed,
    a_head_over_8_kib_is_refused_and_closed,
    a_head_of_many_small_headers_is_refused_and_closed,
    a_head_of_7_kib_is_taken,
    a_request_line_over_8_kib_is_refused_and_closed,
    a_declared_body_that_is_too_large_is_refused_before_it_is_read,
    a_client_that_sends_10_mb_at_once_reads_why_it_was_refused,
    a_chunked_body_is_refused_when_it_is_over_the_limit,
    a_body_of_exactly_the_limit_is_taken,
    an_unknown_path_is_404_and_a_wrong_method_405_with_allow,
    an_answer_says_what_browsers_need_and_not_who_we_are,
    an_answer_of_json_has_no_headers_for_pages_and_one_to_a_write_none_for_caches,
    paths_and_queries_come_to_the_site_as_they_were_sent,
    a_head_is_answered_as_get_without_the_body,
    options_says_what_may_be_asked,
    requests_of_one_connection_are_answered_in_their_order,
    a_connection_is_kept_until_the_client_says_close,
    a_client_of_http_1_0_is_answered_and_closed,
    a_kept_connection_that_rested_still_works,
    a_request_that_comes_in_two_halves_around_a_rest_is_whole,
    expect_100_continue_is_answered_before_the_body_and_only_if_it_is_wanted,
    a_site_may_answer_at_the_head,
    a_long_text_is_compressed_for_who_takes_it,
    the_request_id_is_the_trace_id_of_a_good_traceparent,
    a_bad_traceparent_is_replaced,
    x_forwarded_for_is_believed_only_behind_a_proxy,
    pages_of_other_origins_may_ask_where_they_are_named,
    a_body_of_any_size_may_be_taken_piece_by_piece,
    a_site_that_has_enough_of_a_body_is_heard,
    a_site_hears_when_a_client_leaves_before_its_body_is_whole,
    a_client_that_leaves_before_a_late_answer_harms_nobody,
    a_stream_comes_as_it_is_made,
    a_stream_of_much_is_whole,
    a_stream_ends_when_its_client_leaves,
    what_is_asked_when_the_door_closes_is_answered,
    counters_are_an_exposition_and_add_up,
    the_door_gives_everything_back,
)
