"""What an outlet repeats is learned from its articles; what its reporters repeat is not."""

from __future__ import annotations

from workbench.cleaning import boilerplate, places, repeats

REPORT = "The council met in the harbour hall on Monday and voted on item {} after two hours of debate."
"""A sentence long enough to be a paragraph; the number makes it another one."""

WRITE = "Write to the harbour desk with your news."
BACKGROUND = "The ferry line was founded in 1921 and has belonged to the city since 1948."


def learned(*texts: str) -> frozenset[str]:
    lines = [tuple(line.strip() for line in text.splitlines() if line.strip()) for text in texts]
    return repeats.learn(lines, signs=boilerplate.speaks_of_the_site, paragraph=places.PARAGRAPH)


def page(number: int, *, head: str = "", tail: str = WRITE) -> str:
    middle = "\n".join(REPORT.format(f"{number}-{at}") for at in range(10))
    return f"{head}\n{middle}\n{tail}"


def test_a_line_to_the_reader_that_an_outlet_repeats_under_different_articles_is_learned() -> None:
    assert learned(*(page(at) for at in range(3))) == {WRITE}


def test_two_articles_are_too_few_to_learn_from() -> None:
    assert learned(page(1), page(2)) == frozenset()


def test_a_sentence_of_background_that_reporters_repeat_is_not_learned() -> None:
    assert learned(*(page(at, tail=BACKGROUND) for at in range(6))) == frozenset()


def test_a_line_above_or_below_the_paragraphs_is_learned_without_a_word_to_the_reader() -> None:
    texts = [page(at, head="Harbour and coast", tail="Portfolio of the week") for at in range(3)]
    assert learned(*texts) == {"Harbour and coast", "Portfolio of the week"}


def test_a_sentence_among_lines_of_the_page_is_one_of_them() -> None:
    tail = f"Tell us what you think of this article.\nHere are some hints.\n{WRITE}"
    assert "Here are some hints." in learned(*(page(at, tail=tail) for at in range(3)))


def test_a_line_that_comes_back_because_the_article_comes_back_is_not_learned() -> None:
    copies = [f"{page(1, tail='Residents applauded us when the vote was read out.')}\nVersion {at}" for at in range(6)]
    assert "Residents applauded us when the vote was read out." not in learned(*copies)


def test_a_sentence_in_the_middle_of_many_articles_is_not_learned() -> None:
    said = "We did not answer your questions about the matter."
    texts = [page(at).replace(REPORT.format(f"{at}-5"), said) for at in range(6)]
    assert said not in learned(*texts)


def test_learning_does_not_depend_on_the_order_of_articles() -> None:
    texts = [page(at) for at in range(5)]
    assert learned(*texts) == learned(*reversed(texts))


def test_an_address_that_an_outlet_repeats_below_its_articles_is_learned() -> None:
    imprint = "The Harbour Bell, Quay Lane 7, Port Fable. The desk is open from nine to five."
    assert imprint in learned(*(page(at, tail=imprint) for at in range(3)))
