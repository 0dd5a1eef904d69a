{#- A number as text, `1,234.5`, rounded half away from zero to so many digits after the point. -#}
{% macro grouped_number(value, digits) -%}
    {{ return(adapter.dispatch('grouped_number')(value, digits)) }}
{%- endmacro %}

{% macro default__grouped_number(value, digits) -%}
    format('{:,.{{ digits }}f}', round(cast({{ value }} as double), {{ digits }}))
{%- endmacro %}

{% macro spark__grouped_number(value, digits) -%}
    format_number(round(cast({{ value }} as double), {{ digits }}), {{ digits }})
{%- endmacro %}
