"""List, create, read and delete datasets."""
from datetime import datetime

import sqlalchemy as sa
from fastapi import APIRouter, HTTPException, Query, Response
from pydantic import BaseModel, Field
from sqlalchemy.exc import IntegrityError

from .database import datasets, engine

router = APIRouter(prefix="/api/v1/datasets")


class NewDataset(BaseModel):
    """What a person gives."""

    name: str = Field(min_length=1, max_length=200, regex=r"\S")
    description: str | None = Field(default=None, max_length=2000)


class Dataset(NewDataset):
    """What is kept."""

    id: int
    created_at: datetime


@router.get("", response_model=list[Dataset])
def list_datasets(limit: int = Query(100, ge=1, le=1000), after: int = Query(0, ge=0)) -> list[dict]:
    """A page of datasets by id."""
    query = sa.select(datasets).where(datasets.c.id > after).order_by(datasets.c.id).limit(limit)
    with engine.connect() as connection:
        return [dict(row._mapping) for row in connection.execute(query)]


@router.post("", response_model=Dataset, status_code=201)
def create_dataset(new: NewDataset) -> dict:
    """Adds a dataset; its name must be new."""
    try:
        with engine.begin() as connection:
            inserted = connection.execute(sa.insert(datasets).values(**new.dict()).returning(datasets)).one()
            return dict(inserted._mapping)
    except IntegrityError as error:
        raise HTTPException(409, f"There is already a dataset named '{new.name}'.") from error


@router.get("/{dataset_id}", response_model=Dataset)
def get_dataset(dataset_id: int) -> dict:
    """One dataset."""
    with engine.connect() as connection:
        row = connection.execute(sa.select(datasets).where(datasets.c.id == dataset_id)).one_or_none()
    if row is None:
        raise HTTPException(404, f"There is no dataset {dataset_id}.")
    return dict(row._mapping)


@router.delete("/{dataset_id}", status_code=204)
def delete_dataset(dataset_id: int) -> Response:
    """Removes a dataset and its files."""
    with engine.begin() as connection:
        removed = connection.execute(sa.delete(datasets).where(datasets.c.id == dataset_id)).rowcount
    if not removed:
        raise HTTPException(404, f"There is no dataset {dataset_id}.")
    return Response(status_code=204)
