from pil_discovery.text.initials import initials


def test_letters_of_readings_and_of_words():
    assert initials("示例A3厂（待核查）") == "sla3cdhc"
    assert initials("") == ""


def test_a_character_of_two_readings_is_read_as_its_word_is():
    assert (initials("银行"), initials("行走")) == ("yh", "xz")
    assert initials("重庆") == "cq"
