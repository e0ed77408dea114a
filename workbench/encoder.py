"""Vectors of a sentence-transformers model of one's own, each text encoded once."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from workbench.articles import WorkbenchError, digest
from workbench.neighbours import Vectors


def model_vectors(texts: Sequence[str], model: str | Any, *, progress: bool = True) -> Vectors:
    """One row of length 1 per text from a sentence-transformers model: a folder, a hub name, or the model itself.

    Rows are kept in the cache by content and model, so that a changed text embeds only itself.
    Raises WorkbenchError where the model cannot be loaded.
    """
    name = model if isinstance(model, str) else _name_of(model)
    store = _Store(name) if name else None
    keys = [digest([text], length=32) for text in texts]
    known = store.read() if store else {}
    fresh = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
    if fresh:
        encoder = _load_model(model) if isinstance(model, str) else model
        rows = encoder.encode(
            list(fresh.values()), show_progress_bar=progress and len(fresh) > 50, normalize_embeddings=True
        )
        known |= dict(zip(fresh, np.asarray(rows, dtype=np.float32), strict=True))
        if store:
            store.write(known)
    return np.array([known[key] for key in keys], dtype=np.float32)


def _name_of(model: Any) -> str:
    """What a model says it was made from; empty where it does not say."""
    card = getattr(model, "model_card_data", None)
    return str(getattr(card, "base_model", None) or "")


def _load_model(name: str) -> Any:
    from sentence_transformers import SentenceTransformer

    try:
        return SentenceTransformer(name)
    except Exception as error:
        why = (str(error).splitlines() or [type(error).__name__])[0][:120]
        raise WorkbenchError(
            f"the sentence model {name!r} cannot be loaded ({why}); give a folder that holds one, "
            "or leave `model` out to learn from the collection"
        ) from error


class _Store:
    """Vectors of one model on disk, by digest of the text."""

    def __init__(self, model: str) -> None:
        base = (
            os.environ.get("WORKBENCH_CACHE")
            or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "workbench"
        )
        self.path = Path(base) / "vectors" / f"{digest([model])}.parquet"

    def read(self) -> dict[str, Vectors]:
        if not self.path.exists():
            return {}
        kept = pd.read_parquet(self.path)
        return dict(zip(kept["key"], (np.asarray(row, dtype=np.float32) for row in kept["vector"]), strict=True))

    def write(self, vectors: dict[str, Vectors]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_suffix(f".{os.getpid()}.part")
        pd.DataFrame({"key": list(vectors), "vector": [row.tolist() for row in vectors.values()]}).to_parquet(part)
        part.replace(self.path)
