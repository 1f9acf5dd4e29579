"""A whole run as a Parquet file of its months, and as the packed text that holds what is neither month nor figure."""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loyaltysim.core.records import Audit, PilotRecord, RunRecord, month_metrics

if TYPE_CHECKING:
    import numpy as np


def figures_of(record: RunRecord) -> np.ndarray:
    """Give a run's figures in the catalog's order, float64 (metrics,)."""
    import numpy as np

    from loyaltysim.mechanisms import CATALOG

    return np.array([record.figures[name] for name in CATALOG])


def write(path: Path, record: RunRecord) -> bytes:
    """Write a run's months as tidy rows (metric, month, value) and give the rest, as packed text. Raises OSError."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    from loyaltysim.mechanisms import CATALOG

    names = month_metrics(CATALOG)
    count = len(record.months)
    metric = pa.DictionaryArray.from_arrays(np.repeat(np.arange(len(names), dtype=np.int32), count), pa.array(names))
    month = pa.array(np.tile(np.arange(count, dtype=np.int32), len(names)))
    value = pa.array(np.ascontiguousarray(record.months.T).ravel())
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        pq.write_table(pa.table({"metric": metric, "month": month, "value": value}), draft, compression="zstd")
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return _rest(record)


def read(path: Path, figures: bytes, rest: bytes, strategy: str, replication: int) -> RunRecord | None:
    """Give a run back as it was, under the strategy's present name; None where its file is gone or torn."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    from loyaltysim.mechanisms import CATALOG

    try:
        told = json.loads(zlib.decompress(rest))
        value = pq.read_table(path, columns=["value"], memory_map=False)["value"].to_numpy()
    except (OSError, ValueError, zlib.error, pa.ArrowException):
        return None
    columns = len(month_metrics(CATALOG))
    if value.size % columns:
        return None
    months = np.ascontiguousarray(value.reshape(columns, -1).T)
    if _digest(months) != told["digest"]:
        return None
    named = dict(zip(CATALOG, np.frombuffer(figures).tolist(), strict=True))
    return RunRecord(
        strategy, replication, months, named, told["seconds"], told["person_months"],
        audit=_audit(told["audit"]), pilot=PilotRecord(**told["pilot"]) if told["pilot"] else None,
    )  # fmt: skip


def _rest(record: RunRecord) -> bytes:
    audit = record.audit
    told = {
        "digest": _digest(record.months),
        "seconds": record.seconds,
        "person_months": int(record.person_months),
        "audit": asdict(audit) | {"figures": _plain(audit.figures)} if audit else None,
        "pilot": asdict(record.pilot) if record.pilot else None,
    }
    return zlib.compress(json.dumps(told).encode())


def _plain(figures: Mapping[str, np.ndarray]) -> dict[str, list[Any]]:
    return {name: [each.dtype.str, each.tolist()] for name, each in figures.items()}


def _audit(told: dict[str, Any] | None) -> Audit | None:
    import numpy as np

    if told is None:
        return None
    figures = {name: np.array(each, dtype) for name, (dtype, each) in told["figures"].items()}
    return Audit(tuple(told["names"]), tuple(told["stages"]), tuple(told["kinds"]), figures)


def _digest(months: np.ndarray) -> str:
    return hashlib.blake2b(months.tobytes(), digest_size=8).hexdigest()
