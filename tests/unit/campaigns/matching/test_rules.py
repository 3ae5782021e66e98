"""What blocks, what flags, and what speaks against."""

from __future__ import annotations

from campaigns.matching.company import Company, Number
from campaigns.matching.rules import compare

VAT, OTHER_VAT = Number("DE342366712"), Number("DE676122202")


def test_the_number_of_a_legal_entity_blocks_whatever_the_names_say():
    number = (Number("961519292"),)
    match = compare(Company(("Halden",), "NO", numbers=number), Company(("Nordcell",), "NO", numbers=number))
    assert match.strength == "block"
    assert match.findings[0].code == "matching.number"
    assert match.findings[0].params["value"] == "NO.orgnr 961519292"


def test_a_tax_number_may_be_a_groups():
    a = Company(("Wintermann Vertrieb",), "DE", numbers=(VAT,))
    match = compare(a, Company(("Wintermann Immobilien",), "DE", numbers=(VAT,)))
    assert match.strength == "flag"
    assert match.findings[0].against == ("name",)
    assert compare(a, Company(("Wintermann Vertrieb GmbH",), "DE", numbers=(VAT,))).strength == "block"


def test_a_site_under_another_name_is_a_question():
    a = Company(("Pfeffermann GmbH",), "DE", ("pfeffermann.de",))
    assert compare(a, Company(("Pfeffermann Leasing GmbH",), "DE", a.sites)).strength == "flag"
    assert compare(a, Company(("PFEFFERMANN",), "DE", a.sites)).strength == "block"
    assert compare(a, Company((), "DE", a.sites)).strength == "block"


def test_a_site_at_another_place_is_a_question():
    a = Company(("Nudelpiraten",), "DE", ("nudelpiraten.de",), address="Ring 1, 50667 Köln")
    b = Company(("Nudelpiraten",), "DE", ("nudelpiraten.de",), address="Allee 9, 04109 Leipzig")
    assert compare(a, b).findings[0].against == ("address",)
    assert compare(a, b).strength == "flag"
    assert compare(a, Company(b.names, "DE", b.sites, address="Ring 1, D-50667 Köln")).strength == "block"


def test_other_numbers_make_the_same_site_a_question():
    a = Company(("Sandvang Holding",), "DE", ("sandvang.de",), numbers=(VAT,))
    b = Company(("Sandvang Holding",), "DE", ("sandvang.de",), numbers=(OTHER_VAT,))
    match = compare(a, b)
    assert match.strength == "flag"
    assert match.findings[0].against == ("number",)
    assert [found.strength for found in match.findings if found.rule == "name"] == ["none"]
    assert compare(a, Company(b.names, "DE", b.sites)).strength == "block"


def test_a_vat_group_is_a_question():
    a = Company(("Grünkern",), "DE", numbers=(VAT, Number("HRB 5501 Aachen")))
    b = Company(("Grünkern",), "DE", numbers=(VAT, Number("HRB 5502 Aachen")))
    match = compare(a, b)
    assert match.strength == "flag"
    assert match.findings[0].against == ("number",)


def test_an_unchecked_number_does_not_block_against_the_names():
    a = Company(("Pemberton Clocks",), "GB", numbers=(Number("09911234", "registry"),))
    b = Company(("Xanadu Carpets",), "GB", numbers=(Number("9911234", "registry"),))
    assert compare(a, b).strength == "flag"
    assert compare(a, Company(("Pemberton Clocks Ltd",), "GB", numbers=b.numbers)).strength == "block"


def test_sites_of_one_company_have_a_duns_number_each():
    a = Company(("Mesquite",), "US", ("mesquite.com",), numbers=(Number("150483782", "duns"),))
    b = Company(("Mesquite",), "US", ("mesquite.com",), numbers=(Number("804735132", "duns"),))
    assert compare(a, b).strength == "block"


def test_a_site_in_two_countries_is_a_question():
    a, b = Company(("Lorentzen",), "DE", ("lorentzen.com",)), Company(("Lorentzen",), "GB", ("lorentzen.com",))
    match = compare(a, b)
    assert match.strength == "flag"
    assert match.findings[0].against == ("country",)


def test_an_agency_address_blocks_nobody():
    agency = Company(("Pixelschmiede",), "DE", ("pixelschmiede.de",))
    client = Company(("Bäckerei Wunderlich",), "DE", emails=("web@pixelschmiede.de",))
    assert compare(agency, client).strength == "flag"
    assert compare(agency, client).findings[0].against == ("name",)
    itself = Company(("Pixelschmiede GmbH",), "DE", emails=("hallo@pixelschmiede.de",))
    assert compare(agency, itself).strength == "block"
    sited = Company(client.names, "DE", ("wunderlich.de",), client.emails)
    other = Company(("Garten Uhl",), "DE", ("garten-uhl.de",), ("mail@pixelschmiede.de",))
    assert compare(sited, other).strength == "none"


def test_names_only_flag_and_only_where_the_country_can_be_the_same():
    a = Company(("Delta Systems GmbH",), "DE")
    assert compare(a, Company(("Delta Systems",), "DE")).strength == "flag"
    assert compare(a, Company(("Delta Systems",))).strength == "flag"
    match = compare(a, Company(("Delta Systems",), "GB"))
    assert match.strength == "none"
    assert match.findings[0].against == ("country",)


def test_nothing_known_is_nothing_found():
    assert compare(Company(), Company()).findings == ()
    assert compare(Company(("",)), Company(("",))).strength == "none"


def test_an_invalid_number_is_a_note_and_no_identifier():
    a = Company(("A",), "DE", numbers=(Number("DE342366713"),))
    assert [note.code for note in a.notes] == ["matching.number.invalid"]
    assert compare(a, Company(("B",), "DE", numbers=a.numbers)).strength == "none"


def test_a_contact_elsewhere_than_ones_own_site_is_a_question():
    a = Company(("Kessler",), "DE", ("kessler.de",), ("a@kessler-vertrieb.de",))
    match = compare(a, Company(("Kessler",), "DE", ("kessler-vertrieb.de",)))
    assert match.strength == "flag"
    assert match.findings[0].rule == "email_domain"
    assert match.findings[0].against == ("site",)


def test_one_number_of_an_entity_against_another_is_a_question():
    lei = Number("529900T08B8LA0X2BP99")
    a = Company(("Halden",), "NO", numbers=(lei, Number("961519292")))
    b = Company(("Halden",), "NO", numbers=(lei, Number("999381847")))
    assert compare(a, b).strength == "flag"
    assert compare(a, b).findings[0].against == ("number",)
    assert compare(a, Company(b.names, "NO", numbers=(lei,))).strength == "block"


def test_the_pair_of_names_shown_does_not_depend_on_their_order():
    a = Company(("Kessler GmbH", "KESSLER"), "DE")
    b = Company(("Keßler", "kessler", "Kessler AG"), "DE")
    shown = {(found.a, found.b) for found in compare(a, b).findings}
    assert shown == {(found.b, found.a) for found in compare(b, a).findings}
    turned = Company(a.names[::-1], "DE"), Company(b.names[::-1], "DE")
    assert shown == {(found.a, found.b) for found in compare(*turned).findings}


def test_one_mailbox_of_two_proven_companies_is_only_told():
    a = Company(("Kiosk Demir",), "DE", emails=("Büro <BUERO@gmx.de>",), numbers=(VAT,))
    b = Company(("Taxi Jovanoski",), "DE", emails=("buero@gmx.de",))
    assert compare(a, b).strength == "flag"
    match = compare(a, Company(b.names, "DE", emails=b.emails, numbers=(OTHER_VAT,)))
    assert match.strength == "none"
    assert [(found.rule, found.against) for found in match.findings] == [("email", ("number", "name"))]
