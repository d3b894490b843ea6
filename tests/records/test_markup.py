import pytest

from pil_discovery.records.markup import walk_xml


def names(text):
    seen = []
    walk_xml(text, start=lambda name, found: seen.append((name, found)))
    return seen


def test_names_come_without_their_prefix():
    (found,) = names('<a:b xmlns:a="u" a:c="1"/>')
    assert found[0] == "b"
    assert found[1]["c"] == found[1]["a:c"] == "1"


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
        '<!DOCTYPE a SYSTEM "http://example.invalid/a.dtd"><a/>',
        "<a>",
        "",
        "<a>&b;</a>",
    ],
)
def test_document_types_and_broken_xml_are_refused(text):
    with pytest.raises(ValueError, match="XML"):
        names(text)
