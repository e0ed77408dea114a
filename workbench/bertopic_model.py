"""A real BERTopic assembled around topics that are already found, for its own methods and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from workbench.articles import WorkbenchError
from workbench.neighbours import Vectors

_WORD = r"(?u)\b[^\W\d_]{3,}\b"


def assemble_bertopic(texts: Sequence[str], vectors: Vectors, members: NDArray[np.int64]) -> Any:
    """A fitted BERTopic whose topic numbers are `members`.

    Its parts for vectors, reduction and clustering are BERTopic's own empty ones ("manual topic modelling" in its
    documentation), so that nothing is downloaded and nothing is found anew. Raises WorkbenchError below two topics.
    """
    if len(set(members[members >= 0].tolist())) < 2:
        raise WorkbenchError("BERTopic compares topics, and there are fewer than two here")
    # Imported here because it takes up to 20 seconds.
    from bertopic import BERTopic
    from bertopic.backend import BaseEmbedder
    from bertopic.cluster import BaseCluster
    from bertopic.dimensionality import BaseDimensionalityReduction
    from sklearn.feature_extraction.text import CountVectorizer

    class Numbered(BERTopic):  # type: ignore[misc]  # BERTopic ships no types
        """Keeps the numbers given: BERTopic would number topics of equal size in no stated order."""

        def _sort_mappings_by_frequency(self, documents: Any) -> Any:
            return documents

    model = Numbered(
        embedding_model=BaseEmbedder(),
        umap_model=BaseDimensionalityReduction(),
        hdbscan_model=BaseCluster(),
        vectorizer_model=CountVectorizer(token_pattern=_WORD),
    )
    model.fit(list(texts), embeddings=vectors, y=members.tolist())
    return model
