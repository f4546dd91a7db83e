"""The floors of coverage are counted by layer, and a miss is named."""

from __future__ import annotations

from tests.coverage_floors import FLOORS, Count, below, layers


def file(lines: int, all_lines: int, branches: int, all_branches: int) -> dict:
    names = ("covered_lines", "num_statements", "covered_branches", "num_branches")
    return {"summary": dict(zip(names, (lines, all_lines, branches, all_branches), strict=True))}


def test_files_are_summed_by_their_first_folder():
    found = layers({"files": {"domain/units.py": file(9, 10, 1, 2), "domain/energy/peaks.py": file(10, 10, 3, 4)}})
    # 19 of 20 lines and 4 of 6 branches.
    assert found == {"domain": Count(19, 20, 4, 6)}
    assert found["domain"].percent == (95.0, 100 * 4 / 6)


def test_a_layer_below_its_floor_or_not_measured_is_named():
    whole = {layer: Count(10, 10, 10, 10) for layer in FLOORS}
    assert below(whole) == []
    assert "pages" in " ".join(below({**whole, "pages": Count(1, 10, 10, 10)}))
    assert len(below({layer: whole[layer] for layer in whole if layer != "auth"})) == 2


def test_a_layer_without_branches_has_them_all():
    assert Count(1, 1, 0, 0).percent == (100.0, 100.0)
