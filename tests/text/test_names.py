import pytest

from pil_discovery.text.names import normalise_name, parse_name


@pytest.mark.parametrize(
    "text",
    [
        "示例（城关）建设有限公司",
        "示例(城关)建设 有限公司",
        "示例〔城关〕建设有限公司\u200b",
    ],
)
def test_one_name_for_one_firm(text):
    assert normalise_name(text) == "示例(城关)建设有限公司"


def test_the_legal_form_is_taken_from_the_end_only():
    name = parse_name("有限公司路示例商贸有限责任公司")
    assert (name.core, name.form) == ("有限公司路示例商贸", "有限责任公司")


def test_a_branch_is_kept_apart():
    name = parse_name("示例建设有限公司城关分公司")
    assert (name.core, name.branch) == ("示例建设", "城关分公司")


def test_a_bare_form_keeps_its_text():
    assert parse_name("有限公司").core == "有限公司"
