{#- Days from one date to another; 0 for the same day. A name of ours for dbt's cross-database macro. -#}
{% macro days_between(first_date, last_date) -%}
    cast({{ dbt.datediff(first_date, last_date, 'day') }} as bigint)
{%- endmacro %}
