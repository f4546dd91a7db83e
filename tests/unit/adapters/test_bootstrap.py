"""The trimmed style sheet keeps what pages use and its meaning."""

from pathlib import Path

from adapters.bootstrap import trimmed
from config import ROOT

FULL = Path(ROOT, "assets", "vendor", "bootstrap.min.css").read_text()


def test_a_rule_keeps_only_its_used_selectors():
    assert trimmed(".btn,.carousel-item{color:red}") == ".btn{color:red}"
    assert trimmed(".carousel,.tooltip{color:red}") == ""


def test_a_media_block_without_used_rules_is_gone():
    assert trimmed("@media (min-width:1px){.carousel{a:b}}.card{c:d}") == ".card{c:d}"


def test_commas_inside_parentheses_do_not_split():
    assert trimmed(".a:not(.b,.c){d:e}") == ".a:not(.b,.c){d:e}"


def test_key_frames_stay_whole():
    assert trimmed("@keyframes x{0%{a:b}to{c:d}}") == "@keyframes x{0%{a:b}to{c:d}}"


def test_what_forms_tables_and_dialogs_need_is_there():
    small = trimmed(FULL)
    for name in (
        ".btn-primary",
        ".form-control",
        ".form-select",
        ".table",
        ".breadcrumb-item",
        ".modal",
        ".alert",
        ".card",
        ".visually-hidden",
        ".invalid-feedback",
    ):
        assert name in small, name
    assert small.count("{") == small.count("}")
    assert len(small) < 0.75 * len(FULL)
