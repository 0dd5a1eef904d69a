{#-
Rows of seeds for Spark. The adapter's own macro writes an empty cell as the text 'None' and trips over quotation marks;
here rows are JSON in one string, and null stays null.
-#}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set names = agate_table.column_names -%}
    {%- set types = model.config.column_types -%}
    {%- set statements = [] -%}
    {%- for chunk in agate_table.rows | batch(get_batch_size()) -%}
        {%- set rows = [] -%}
        {%- for row in chunk -%}
            {%- do rows.append(row.values() | list) -%}
        {%- endfor -%}
        {%- set sql -%}
            insert into {{ this }}
            select
                {% for name in names -%}
                    cast(cells[{{ loop.index0 }}] as {{ types[name] }}) as {{ name }}{% if not loop.last %},{% endif %}
                {% endfor %}
            from (
                select explode(from_json('{{ tojson(rows) | replace("\\", "\\\\") | replace("'", "\\'") }}', 'array<array<string>>'))
                    as cells
            )
        {%- endset -%}
        {%- do adapter.add_query(sql, abridge_sql_log=true) -%}
        {%- do statements.append(sql) -%}
    {%- endfor -%}
    {{ return(statements[0]) }}
{%- endmacro %}
