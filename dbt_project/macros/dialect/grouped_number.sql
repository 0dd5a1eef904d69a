{#- A number as text with `decimals` decimals, commas for thousands and a point for decimals. -#}
{% macro grouped_number(value, decimals) -%}
    {{ return(adapter.dispatch('grouped_number')(value, decimals)) }}
{%- endmacro %}

{% macro default__grouped_number(value, decimals) -%}
    format('{:,.{{ decimals }}f}', cast({{ value }} as double))
{%- endmacro %}

{% macro spark__grouped_number(value, decimals) -%}
    format_number(cast({{ value }} as double), {{ decimals }})
{%- endmacro %}
