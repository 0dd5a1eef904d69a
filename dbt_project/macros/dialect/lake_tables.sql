{#-
What an engine needs before the first model reads the lake. DuckDB reads the files where a source says they are
(`external_location`). Spark has a table for every source over the same files, with the columns of the contracts: a file
that was written before a form got a column has null there, and a table without files is empty.
-#}
{% macro lake_tables() -%}
    {{ return(adapter.dispatch('lake_tables')()) }}
{%- endmacro %}

{% macro default__lake_tables() -%}
{%- endmacro %}

{% macro spark__lake_tables() -%}
    {%- if execute -%}
        {%- for source in graph.sources.values() -%}
            {%- set columns = [] -%}
            {%- for column in source.columns.values() -%}
                {%- do columns.append(column.name ~ ' ' ~ column.data_type) -%}
            {%- endfor -%}
            {%- do run_query('create schema if not exists ' ~ source.schema) -%}
            {%- do run_query('drop table if exists ' ~ source.schema ~ '.' ~ source.name) -%}
            {%- do run_query(
                'create table ' ~ source.schema ~ '.' ~ source.name ~ ' (' ~ columns | join(', ') ~ ') using parquet '
                ~ "options (recursiveFileLookup 'true') location '" ~ env_var('CONGDOAN_LAKE_DIR') ~ '/' ~ source.name ~ "'"
            ) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
