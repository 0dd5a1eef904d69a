{#- The last day of the quarter that comes `quarters` after the quarter that ends on `ends_on`. -#}
{% macro end_of_quarter_after(ends_on, quarters) -%}
    {{ dbt.last_day(dbt.dateadd('month', 3 * quarters, ends_on), 'month') }}
{%- endmacro %}
