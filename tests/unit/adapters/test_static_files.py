"""Static files: the right copy for each browser, kept for ever where the address names the content."""

import gzip

import brotli
import pytest

from adapters.compression import accepted_encoding
from adapters.static_files import CompressedCopies, StaticFiles, folder_files, make_file

SCRIPT = "".join(f"function f{n}() {{ return {n * n % 997} + '{n:x}'; }}\n" for n in range(400)).encode()


@pytest.fixture
def static(tmp_path):
    files = {
        "/assets/a.js": make_file(SCRIPT, "a.js"),
        "/assets/f.woff2": make_file(b"\x00font" * 100, "f.woff2"),
        "/_dash-component-suites/dash/x.js": make_file(SCRIPT, "x.js"),
    }
    return StaticFiles(inner, files, CompressedCopies(tmp_path))


def inner(environ, start_response):
    start_response("200 OK", [("X-Inner", "yes")])
    return [b"inner"]


def ask(app, path, *, query="", method="GET", **headers):
    answer = {}

    def start_response(status, pairs):
        answer.update(status=int(status.split()[0]), headers=dict(pairs), names=[name for name, _value in pairs])

    environ = {"PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": method}
    environ.update({f"HTTP_{name.upper()}": value for name, value in headers.items()})
    answer["body"] = b"".join(app(environ, start_response))
    return answer


def test_brotli_goes_to_whoever_takes_it(static):
    answer = ask(static, "/assets/a.js", accept_encoding="gzip, deflate, br")
    assert answer["headers"]["Content-Encoding"] == "br"
    assert brotli.decompress(answer["body"]) == SCRIPT
    assert int(answer["headers"]["Content-Length"]) == len(answer["body"])


def test_gzip_goes_to_an_old_proxy_and_plain_bytes_to_a_simple_client(static):
    assert gzip.decompress(ask(static, "/assets/a.js", accept_encoding="gzip")["body"]) == SCRIPT
    assert ask(static, "/assets/a.js")["body"] == SCRIPT


def test_fonts_are_not_compressed_again(static):
    assert "Content-Encoding" not in ask(static, "/assets/f.woff2", accept_encoding="br")["headers"]


def test_the_best_copies_are_smaller_and_made_once(tmp_path, static):
    quick = len(ask(static, "/assets/a.js", accept_encoding="br")["body"])
    static.prepare()
    best = ask(static, "/assets/a.js", accept_encoding="br")["body"]
    assert len(best) <= quick
    assert brotli.decompress(best) == SCRIPT
    kept = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    # a.js and x.js have the same bytes: one brotli and one gzip copy for both; the font has none. And the lock.
    assert len(kept) == 3
    static.prepare()
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir() if path.name != "lock"} == {
        name: at for name, at in kept.items() if name != "lock"
    }


def test_an_address_with_the_right_version_is_kept_for_ever(static):
    version = make_file(SCRIPT, "a.js").version
    assert "immutable" in ask(static, "/assets/a.js", query=f"v={version}")["headers"]["Cache-Control"]
    assert ask(static, "/assets/a.js", query="v=older")["headers"]["Cache-Control"] == "public, no-cache"
    assert ask(static, "/assets/a.js")["headers"]["Cache-Control"] == "public, no-cache"


def test_the_fingerprints_of_dash_are_kept_for_ever(static):
    answer = ask(static, "/_dash-component-suites/dash/x.v4_4_1m1763817600.js")
    assert answer["status"] == 200
    assert "immutable" in answer["headers"]["Cache-Control"]


def test_an_unchanged_file_is_not_sent_again(static):
    first = ask(static, "/assets/a.js", accept_encoding="br")
    again = ask(static, "/assets/a.js", accept_encoding="br", if_none_match=first["headers"]["ETag"])
    assert (again["status"], again["body"]) == (304, b"")


def test_each_encoding_has_its_own_tag(static):
    tags = {ask(static, "/assets/a.js", accept_encoding=kind)["headers"]["ETag"] for kind in ("br", "gzip", "")}
    assert len(tags) == 3


def test_no_cookies_and_no_vary_on_them(static):
    headers = ask(static, "/assets/a.js", accept_encoding="br", cookie="portal_session=x")["headers"]
    assert "Set-Cookie" not in headers
    assert headers["Vary"] == "Accept-Encoding"


def test_head_has_no_body(static):
    answer = ask(static, "/assets/a.js", method="HEAD")
    assert answer["body"] == b""
    assert int(answer["headers"]["Content-Length"]) == len(SCRIPT)


@pytest.mark.parametrize(("path", "method"), [("/dashboard", "GET"), ("/assets/a.js", "POST")])
def test_everything_else_goes_to_the_portal(static, path, method):
    assert ask(static, path, method=method)["body"] == b"inner"


def test_a_file_that_is_not_there_ends_here(static):
    assert ask(static, "/assets/none.js")["status"] == 404


def test_hidden_files_of_a_folder_stay_hidden(tmp_path):
    (tmp_path / "a.css").write_text("a")
    (tmp_path / ".secret").write_text("b")
    assert list(folder_files(tmp_path, "/assets/")) == ["/assets/a.css"]


@pytest.mark.parametrize(
    ("header", "chosen"),
    [("gzip, deflate, br, zstd", "br"), ("gzip;q=1.0, br;q=0", "gzip"), ("", None), ("identity", None), ("BR", "br")],
)
def test_the_client_chooses(header, chosen):
    assert accepted_encoding(header) == chosen
