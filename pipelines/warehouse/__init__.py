"""The Parquet lake, the dbt build and the published DuckDB file. DuckDB is opened only here."""
