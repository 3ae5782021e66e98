"""Where a webhook may go, and where not, however it is spelled."""

from __future__ import annotations

import pytest

from campaigns.core.errors import DomainError
from campaigns.outbound.addresses import may_connect, read_url

REFUSED = {
    "": "url",
    "hooks.example.com": "url_scheme",
    "http://hooks.example.com/": "url_scheme",
    "ftp://hooks.example.com/": "url_scheme",
    "file:///etc/passwd": "url_scheme",
    "gopher://hooks.example.com/": "url_scheme",
    "https://": "url_host",
    "https:///x": "url_host",
    "https://localhost/": "url_host",
    "https://LOCALHOST./": "url_host",
    "https://a.localhost/": "url_host",
    "https://metadata.google.internal": "url_host",
    "https://metadata.goog/": "url_host",
    "https://printer.local/": "url_host",
    "https://db/": "url_host",
    "https://127.0.0.1/": "url_host",
    "https://2130706433/": "url_host",
    "https://0x7f.0.0.1/": "url_host",
    "https://127.1/": "url_host",
    "https://0x7f000001/": "url_host",
    "https://127.0.0.0x1/": "url_host",
    "https://[::1]/": "url_host",
    "https://[::ffff:10.0.0.1]/": "url_host",
    "https://[fe80::1%25eth0]/": "url_host",
    "https://１２７.０.０.１/": "url_host",
    "https://hooks.example.com:80/": "url_port",
    "https://hooks.example.com:22/": "url_port",
    "https://hooks.example.com:99999/": "url",
    "https://me@hooks.example.com/": "url_userinfo",
    "https://me:secret@hooks.example.com/": "url_userinfo",
    "https://@hooks.example.com/": "url_userinfo",
    "https://hooks.example.com/#part": "url",
    "https://hooks.example.com/a b": "url",
    "https://hooks.example.com\\@10.0.0.1/": "url",
    "https://hooks.example.com/\r\nX-Evil: 1": "url",
    "https://hooks.example.com/\u202e": "url",
    "https://hooks.example.com/ü": "url",
    "https://[::1/": "url",
    f"https://hooks.example.com/{'a' * 2000}": "url",
}


@pytest.mark.parametrize(("url", "code"), REFUSED.items(), ids=map(repr, REFUSED))
def test_an_address_is_refused_with_its_code(url, code):
    with pytest.raises(DomainError) as caught:
        read_url(url)
    assert caught.value.code == f"endpoint.{code}"


def test_a_public_address_is_read():
    found = read_url("https://Hooks.Example.com:8443/in?key=1")
    assert (found.scheme, found.host, found.port, found.path) == ("https", "hooks.example.com", 8443, "/in?key=1")
    assert read_url("https://bücher.example/").host == "xn--bcher-kva.example"
    assert read_url("https://hooks.example.com").path == "/"


def test_this_machine_is_for_development_only():
    assert read_url("http://127.0.0.1:5000/x", loopback=True).port == 5000
    with pytest.raises(DomainError):
        read_url("http://10.0.0.1:5000/x", loopback=True)
    with pytest.raises(DomainError):
        read_url("http://127.0.0.1.example.com/x", loopback=True)


INNER = (
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.100.100.200",  # noqa: S104 - bound by nobody
    "127.0.0.1", "127.255.255.254", "169.254.169.254",
    "172.16.0.1", "172.31.255.255", "192.0.0.170", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1",
    "198.51.100.1", "203.0.113.9", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "168.63.129.16",
    "::", "::1", "::ffff:8.8.8.8", "::ffff:127.0.0.1", "::8.8.8.8", "64:ff9b::808:808", "64:ff9b::7f00:1",
    "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "2002:7f00:1::1",
    "2002:808:808::1", "3fff::1", "fc00::1", "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "2606:4700::1%eth0",
    "fec0::1", "ff02::1", "5f00::1", "name", "", "1",
)  # fmt: skip


@pytest.mark.parametrize("address", INNER)
def test_an_inner_address_is_not_connected_to(address):
    assert not may_connect(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "2a00:1450::1"]
)
def test_a_public_one_is(address):
    assert may_connect(address)
    assert not may_connect(address, loopback=True), "a name of this machine must resolve to this machine"
