"""N-grams as numbers: the same tf-idf as scikit-learn's, and one that comes back as it was stored."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from nlu.features import Reading
from nlu.linear import LinearModel
from nlu.n_grams import NGramModel, Terms, Vectoriser, character_keys, word_keys

TEXTS = ["客户管理预算怎么定", "预算该占多少", "花了这么多钱,值吗👍", "预算多少", "好"]
LABELS = ["plan", "share", "evaluate", "share", "evaluate"]
READINGS = [Reading(text, tuple(text)) for text in TEXTS]


def test_characters_weigh_as_in_scikit_learn() -> None:
    known = TfidfVectorizer(analyzer="char", ngram_range=(1, 4), sublinear_tf=True, min_df=2).fit_transform(TEXTS).toarray()
    messages = [character_keys(text) for text in TEXTS]
    terms = Terms.fit(messages)
    for message, row in zip(messages, known):
        assert np.allclose(sorted(terms.row(message)[1]), sorted(row[row > 0]), atol=1e-6)


def test_words_and_pairs_of_known_words_have_numbers_of_their_own() -> None:
    assert word_keys(["a", "?", "b", "a"], {"a": 1, "b": 2}).tolist() == [1, 2, 1, (2 << 32) + 1]


def test_a_message_without_known_terms_has_an_empty_row() -> None:
    places, values = Vectoriser.fit(READINGS).row(Reading("xyz", ("xyz",)))
    assert len(places) == len(values) == 0


def test_stored_and_loaded_it_reads_the_same(tmp_path: Path) -> None:
    vectoriser = Vectoriser.fit(READINGS)
    model = NGramModel(vectoriser, LinearModel.fit(vectoriser.rows(READINGS), LABELS, 10.0))
    model.save(tmp_path / "model.npz")
    assert np.array_equal(NGramModel.load(tmp_path / "model.npz").probabilities(READINGS), model.probabilities(READINGS))
    assert [model.linear.classes[place] for place in model.probabilities(READINGS).argmax(axis=1)] == LABELS
