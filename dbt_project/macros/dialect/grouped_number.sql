{#- A number as text, `1,234.5`, rounded half away from zero to so many decimals; null stays null. -#}
{% macro grouped_number(value, decimals) -%}
    {{ return(adapter.dispatch('grouped_number')(value, decimals)) }}
{%- endmacro %}

{% macro default__grouped_number(value, decimals) -%}
    format('{:,.{{ decimals }}f}', {{ rounded('cast(' ~ value ~ ' as double)', decimals) }})
{%- endmacro %}

{% macro spark__grouped_number(value, decimals) -%}
    format_number({{ rounded('cast(' ~ value ~ ' as double)', decimals) }}, {{ decimals }})
{%- endmacro %}
