"""What a URL, a host or an address says about its owner."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from campaigns.matching.domains import Domain, read_domain
from campaigns.matching.lists import words

LISTS = ("free_mail", "disposable", "hosting", "tenants", "registries")


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("https://www.Kessler.de/kontakt?a=1#x", "kessler.de"),
        ("http://user:pw@shop.foo-lamps.co.uk:8080/", "foo-lamps.co.uk"),
        ("mailto:x@kessler.de", "kessler.de"),
        ("Frau K <k@mail.kessler.de>", "kessler.de"),
        ("//kessler.de./", "kessler.de"),
        ("MÜLLER-BAU.DE", "xn--mller-bau-q9a.de"),
        ("xn--mller-bau-q9a.de", "xn--mller-bau-q9a.de"),
        ("straße-bau.de", "xn--strae-bau-j1a.de"),
        ("日本茶苑。jp", "xn--wgv71av02dsla.jp"),
        ("firm.com.tr", "firm.com.tr"),
        ("x.y.firm.co.jp", "firm.co.jp"),
        ("firm.uk.com", "firm.uk.com"),
        ("www.firm.jpn.com", "firm.jpn.com"),
        ("a@firm.onmicrosoft.com", "firm.onmicrosoft.com"),
        ("a@firm.mail.onmicrosoft.com", "firm.onmicrosoft.com"),
        ("firm-my.sharepoint.com", "firm.sharepoint.com"),
        ("firm.myshopify.com", "firm.myshopify.com"),
    ],
)
def test_one_owner(raw, name):
    assert read_domain(raw) == Domain("own", name)


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ("a@gmail.com", "free_mail"),
        ("a@Mail.RU", "free_mail"),
        ("web.de", "free_mail"),
        ("a@163.com", "free_mail"),
        ("a@nifty.com", "free_mail"),
        ("a@wanadoo.fr", "free_mail"),
        ("a@maktoob.com", "free_mail"),
        ("a@mailinator.com", "disposable"),
        ("onmicrosoft.com", "hosted"),
        ("co.com", "hosted"),
        ("example.com", "reserved"),
        ("www.example.co.uk", "reserved"),
        ("firm.test", "reserved"),
        ("localhost:5000", "none"),
        ("http://192.168.0.1/x", "none"),
        ("http://[2001:db8::1]/", "none"),
        ("http://[", "none"),
        ("co.uk", "none"),
        ("", "none"),
        ("@", "none"),
        ("a b.de", "none"),
        ("x" * 64 + ".de", "none"),
        ("\ud800.de", "none"),
    ],
)
def test_nobody(raw, kind):
    found = read_domain(raw)
    assert (found.kind, found.name) == (kind, "")


@pytest.mark.parametrize(
    ("raw", "page"),
    [
        ("https://m.facebook.com/Zimtwald/about?x=1", "facebook.com/zimtwald"),
        ("linkedin.com/company/firma-gmbh/jobs", "linkedin.com/company/firma-gmbh"),
        ("firma.wixsite.com/start", "firma.wixsite.com"),
        ("firma.github.io", "firma.github.io"),
        ("https://sites.google.com/view/firma", "sites.google.com/view/firma"),
        ("facebook.com", ""),
        ("https://www.xing.com/en/pages/zimtwald", "xing.com/pages/zimtwald"),
        ("https://www.google.com/maps/place/Zimtwald", ""),
        ("https://youtube.com/watch?v=1", ""),
        ("https://facebook.com/profile.php?id=7", ""),
        ("https://www.linkedin.com/company/", ""),
    ],
)
def test_a_page_at_a_service_of_many(raw, page):
    assert read_domain(raw) == Domain("hosted", page=page)


def test_lookalikes_in_other_letters_stay_other_domains():
    assert read_domain("рepra-foods.com") != read_domain("pepra-foods.com")


def test_the_lists():
    assert len(words("free_mail")) >= 300
    assert len(words("disposable")) >= 100
    for name in LISTS:
        for domain in words(name):
            assert domain == domain.lower().strip(".")
            assert domain.isascii()
            assert "." in domain
    assert not words("free_mail") & words("disposable")
    assert not words("tenants") & words("hosting")
    for ending in ("de", "fr", "co.jp", "cn", "ru", "com.tr", "ae", "se", "no", "dk", "fi"):
        assert any(domain.endswith("." + ending) for domain in words("free_mail")), ending


def test_reading_needs_no_network_and_leaves_no_files(tmp_path):
    """In a process of its own whose sockets are shut, with an empty home."""
    script = (
        "import socket\n"
        "def shut(*a, **k): raise AssertionError('network')\n"
        "socket.socket.connect = shut; socket.getaddrinfo = shut\n"
        "from campaigns.matching.domains import read_domain\n"
        "assert read_domain('www.kessler.co.uk').name == 'kessler.co.uk'\n"
    )
    root = Path(__file__).resolve().parents[4]
    environment = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, "-c", script], cwd=root, env=environment, check=True, timeout=60)
    assert list(tmp_path.iterdir()) == []
