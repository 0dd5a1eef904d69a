{#-
    Comments on columns in one statement for DuckDB. The adapter's own macro first asks the catalogue which columns there
    are, which takes as long as building the table; here a description of a column that is not there is an error.
-#}
{% macro duckdb__alter_column_comment(relation, column_dict) -%}
    {%- for column in column_dict.values() %}
        comment on column {{ relation }}.{{ adapter.quote(column['name']) }}
        is {{ duckdb_escape_comment(column['description']) }};
    {%- endfor %}
{%- endmacro %}
