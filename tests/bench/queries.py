"""What is searched for, in three languages."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["QUERIES", "Query"]


@dataclass(frozen=True)
class Query:
    """A search: `filter` and `order` are nbflow's, `where` and `by` DuckDB's; mlflow takes ours where it can."""

    what: str
    filter: str
    order: str
    where: str
    by: str
    mlflow: bool = False

    def sql(self, parquet: str, limit: int) -> str:
        """Write it for DuckDB; ties go to the later start, then by id, as ours do."""
        path = parquet.replace("'", "''")
        by = f"{self.by} NULLS LAST, " if self.by else ""
        where = f"WHERE {self.where} " if self.where else ""
        return f"SELECT * FROM '{path}' {where}ORDER BY {by}start_time DESC, run_id LIMIT {limit}"  # noqa: S608


QUERIES = (
    Query("all, the latest first", "", "", "", "", mlflow=True),
    Query("all, by a metric", "", "metrics.accuracy DESC", "", '"metrics.accuracy" DESC', mlflow=True),
    Query(
        "a metric that few pass, by it",
        "metrics.accuracy > 0.97",
        "metrics.accuracy DESC",
        '"metrics.accuracy" > 0.97',
        '"metrics.accuracy" DESC',
        mlflow=True,
    ),
    Query(
        "two metrics",
        "metrics.accuracy > 0.8 AND metrics.val_loss < 0.35",
        "metrics.val_loss ASC",
        '"metrics.accuracy" > 0.8 AND "metrics.val_loss" < 0.35',
        '"metrics.val_loss" ASC',
        mlflow=True,
    ),
    Query(
        "a metric, by another that not all have",
        "metrics.accuracy > 0.9",
        "metrics.auc ASC",
        '"metrics.accuracy" > 0.9',
        '"metrics.auc" ASC',
        mlflow=True,
    ),
    Query(
        "a param as a number",
        "params.learning_rate < 0.0001",
        "metrics.accuracy DESC",
        'TRY_CAST("params.learning_rate" AS DOUBLE) < 0.0001',
        '"metrics.accuracy" DESC',
    ),
    Query(
        "a param as text, LIKE",
        "params.model LIKE 'res%'",
        "metrics.accuracy DESC",
        "\"params.model\" LIKE 'res%'",
        '"metrics.accuracy" DESC',
        mlflow=True,
    ),
    Query(
        "a param that contains, few do",
        "params.note LIKE '%sweep 77%'",
        "metrics.loss ASC",
        "\"params.note\" LIKE '%sweep 77%'",
        '"metrics.loss" ASC',
        mlflow=True,
    ),
    Query(
        "OR",
        "metrics.accuracy > 0.97 OR params.optimizer = 'sgd'",
        "metrics.loss ASC",
        '"metrics.accuracy" > 0.97 OR "params.optimizer" = \'sgd\'',
        '"metrics.loss" ASC',
    ),
    Query(
        "NOT",
        "NOT (params.model = 'mlp' OR params.data = 'mnist') AND metrics.val_loss < 0.5",
        "metrics.val_loss ASC",
        'NOT ("params.model" = \'mlp\' OR "params.data" = \'mnist\') AND "metrics.val_loss" < 0.5',
        '"metrics.val_loss" ASC',
    ),
    Query(
        "IN, and BETWEEN",
        "params.model IN ('cnn', 'gbdt') AND params.batch_size BETWEEN 64 AND 256",
        "metrics.f1 DESC",
        "\"params.model\" IN ('cnn', 'gbdt') AND TRY_CAST(\"params.batch_size\" AS DOUBLE) BETWEEN 64 AND 256",
        '"metrics.f1" DESC',
    ),
    Query(
        "a tag and a status",
        "tags.team = 'vision' AND attributes.status = 'FAILED'",
        "metrics.accuracy DESC",
        "\"tags.team\" = 'vision' AND status = 'FAILED'",
        '"metrics.accuracy" DESC',
        mlflow=True,
    ),
    Query(
        "nothing found",
        "metrics.accuracy > 2",
        "metrics.accuracy DESC",
        '"metrics.accuracy" > 2',
        '"metrics.accuracy" DESC',
        mlflow=True,
    ),
)
