"""The tuned encoder: it begins as the pretrained one, its gradients are those of its loss, and it learns."""

from __future__ import annotations

import numpy as np
import pytest

from nlu.lower_half import Batch, KnownPieces, LowerHalf, pieces
from nlu.network import Corpus, Course, Network
from nlu.sentences import embeddings
from nlu.upper_half import backward, forward, initial

TEXTS = ["客户管理预算怎么定", "我们开酒店的，该占多少", "花了这么多钱，值吗", "how much should we spend"]
SIGNS = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.5], [0.0, 0.0, 1.0], [1.0, 1.0, 0.0]])


@pytest.fixture(scope="module")
def batch() -> Batch:
    return Corpus(TEXTS, SIGNS).batch(np.arange(len(TEXTS)))


def test_untrained_it_is_the_pretrained_encoder(batch: Batch) -> None:
    done = forward(initial(3, SIGNS.shape[1]), batch)
    assert np.allclose(done.squashed / done.length, embeddings(TEXTS), atol=1e-3)


@pytest.mark.parametrize("name", sorted(initial(3, SIGNS.shape[1])))
def test_gradients_are_those_of_the_loss(batch: Batch, name: str) -> None:
    chance = np.random.default_rng(0)
    arrays = {key: values.astype(np.float64) for key, values in initial(3, SIGNS.shape[1]).items()}
    arrays["head"] = chance.normal(0, 0.1, arrays["head"].shape)
    doubled = Batch(*(np.asarray(part, dtype=np.float64 if part.dtype.kind == "f" else None) for part in vars(batch).values()))
    error = chance.normal(size=(len(TEXTS), 3))
    gradient = backward(arrays, doubled, forward(arrays, doubled), error)[name]
    place = np.unravel_index(int(np.abs(gradient).argmax()), gradient.shape)

    def loss(step: float) -> float:
        arrays[name][place] += step
        result = float((forward(arrays, doubled).logits * error).sum())
        arrays[name][place] -= step
        return result

    assert gradient[place] == pytest.approx((loss(1e-4) - loss(-1e-4)) / 2e-4, rel=1e-2)


def test_it_learns_what_it_is_shown(tmp_path) -> None:
    labels = ["plan", "share", "evaluate", "plan"]
    network = Network.fit(Corpus(TEXTS * 8, np.tile(SIGNS, (8, 1))), labels * 8, Course(epochs=30, batch=8))
    network.save(tmp_path / "network.npz")
    read = Network.load(tmp_path / "network.npz").probabilities(TEXTS, SIGNS)
    assert [network.classes[place] for place in read.argmax(axis=1)] == labels


def test_a_message_reads_the_same_alone_and_among_others() -> None:
    network = Network.fit(Corpus(TEXTS, SIGNS), ["a", "b", "a", "b"], Course(epochs=1, batch=2))
    together = network.probabilities(TEXTS, SIGNS)
    alone = np.vstack([network.probabilities([text], signs[None]) for text, signs in zip(TEXTS, SIGNS)])
    assert np.allclose(together, alone, atol=1e-5)


@pytest.mark.parametrize("spare", [3, 40, 1000])
@pytest.mark.parametrize("usual", [[], TEXTS[:1], TEXTS])
def test_pieces_met_before_read_as_if_met_now(usual: list[str], spare: int) -> None:
    known = KnownPieces(pieces(usual).ids if usual else np.array([], dtype=np.int64), spare)
    for text, signs in zip(TEXTS * 2, [*SIGNS, *SIGNS]):
        cut = pieces([text])
        fresh = LowerHalf.of(cut.ids).batch(cut.ids, cut.lengths, signs[None])
        met = known.batch(cut.ids, cut.lengths, signs[None])
        assert np.allclose(met.first, fresh.first, atol=1e-4) and np.array_equal(met.vectors, fresh.vectors)
