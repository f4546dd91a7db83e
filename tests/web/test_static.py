"""Everything the documents link to is there, small, and kept by the browser."""

import re

import brotli

DASH = "/_dash-component-suites/"


def linked(page):
    return re.findall(r'(?:src|href)="(/(?:assets|_dash-component-suites)/[^"]+)"', page)


def test_every_linked_file_is_served_compressed_and_for_ever(sign_in):
    client = sign_in("consumer")
    addresses = linked(client.get("/not-there").get_data(as_text=True))
    assert len(addresses) > 10
    for address in addresses:
        answer = client.get(address, headers={"Accept-Encoding": "br"})
        assert answer.status_code == 200, address
        if not address.startswith("/assets/icon"):
            assert "immutable" in answer.headers["Cache-Control"], address
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")


def test_style_sheets_come_in_the_order_in_which_they_build_on_each_other(sign_in):
    page = sign_in("consumer").get("/not-there").get_data(as_text=True)
    names = [re.sub(r"\?.*", "", path).rsplit("/", 1)[1] for path in linked(page) if ".css" in path]
    assert names[:4] == ["bootstrap.min.css", "tokens.css", "brand.css", "portal.css"]
    assert "signin.css" not in names


def test_pages_of_dash_do_not_load_the_script_of_the_sign_in(sign_in, stranger):
    assert "signin.js" not in sign_in("consumer").get("/not-there").get_data(as_text=True)
    assert re.search(r'src="/assets/signin\.js\?v=\w+"', stranger.get("/login").get_data(as_text=True))


def test_fonts_are_preloaded_from_the_address_in_the_style_sheet(sign_in):
    client = sign_in("consumer")
    page = client.get("/not-there").get_data(as_text=True)
    styles = client.get("/assets/tokens.css").get_data(as_text=True)
    for address in re.findall(r'href="/assets/(fonts/[^"]+)" as="font"', page):
        assert f'url("/assets/{address}")' in styles


def test_plotly_is_the_slim_one(stranger):
    full_kb = 4_800
    answer = stranger.get(f"{DASH}plotly/package_data/plotly.min.js", headers={"Accept-Encoding": "br"})
    assert len(brotli.decompress(answer.data)) < full_kb * 1000 / 3


def test_source_maps_and_the_way_out_of_the_folder_are_closed(stranger):
    assert stranger.get(f"{DASH}dash/dash-renderer/build/dash_renderer.min.js.map").status_code == 404
    assert stranger.get("/assets/../config.py").status_code in {302, 404}


def test_data_answers_are_compressed(sign_in):
    answer = sign_in("consumer").get("/_dash-layout", headers={"Accept-Encoding": "br"})
    assert answer.headers["Content-Encoding"] == "br"
    assert len(brotli.decompress(answer.data)) > len(answer.data)


def test_small_answers_are_not(stranger):
    assert "Content-Encoding" not in stranger.get("/healthz", headers={"Accept-Encoding": "br"}).headers


def test_the_best_copies_of_everything_together_fit_the_budget(app, sign_in, tmp_path):
    """All that a signed-in page loads before its own data, with quick copies; the best ones are a tenth smaller."""
    client = sign_in("consumer")
    addresses = linked(client.get("/not-there").get_data(as_text=True))
    plotly = [f"{DASH}plotly/package_data/plotly.min.js"]
    total = sum(len(client.get(path, headers={"Accept-Encoding": "br"}).data) for path in [*addresses, *plotly])
    assert total < 860_000  # 790 KB with brotli 11, measured in the browser
