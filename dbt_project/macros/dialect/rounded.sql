{#-
A double rounded half away from zero to so many decimals. Spark's own round() goes by the digits that it would print:
it makes 0.29 of 0.285, which as a double is a hair less and becomes 0.28 in DuckDB.
-#}
{% macro rounded(value, decimals) -%}
    {{ return(adapter.dispatch('rounded')(value, decimals)) }}
{%- endmacro %}

{% macro default__rounded(value, decimals) -%}
    round({{ value }}, {{ decimals }})
{%- endmacro %}

{% macro spark__rounded(value, decimals) -%}
    (round(({{ value }}) * {{ 10 ** decimals }}) / {{ 10 ** decimals }})
{%- endmacro %}
