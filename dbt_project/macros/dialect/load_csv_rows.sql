{#-
Rows of seeds for Spark. The adapter's own macro writes an empty cell as the text 'None' and trips over quotation marks;
here rows are JSON in one string, and null stays null.
-#}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set statements = [] -%}
    {%- for rows in agate_table.rows | batch(get_batch_size()) -%}
        {%- do statements.append(insert_rows(agate_table.column_names, model.config.column_types, rows)) -%}
        {%- do adapter.add_query(statements[-1], abridge_sql_log=true) -%}
    {%- endfor -%}
    {{ return(statements[0]) }}
{%- endmacro %}

{% macro insert_rows(names, types, rows) -%}
    {%- set columns, cells = [], [] -%}
    {%- for name in names -%}
        {%- do columns.append('cast(cells[' ~ loop.index0 ~ '] as ' ~ types[name] ~ ') as ' ~ name) -%}
    {%- endfor -%}
    {%- for row in rows -%}
        {%- do cells.append(row.values() | list) -%}
    {%- endfor -%}
    {%- set json = tojson(cells) | replace('\\', '\\\\') | replace("'", "\\'") -%}
    insert into {{ this }}
    select {{ columns | join(', ') }}
    from (select explode(from_json('{{ json }}', 'array<array<string>>')) as cells)
{%- endmacro %}
