{#- A number as Vietnamese readers write it, with at most two decimals: 1.234,5; null stays null. -#}
{% macro vietnamese_number(value) -%}
    translate(regexp_replace({{ adapter.dispatch('with_two_decimals')(value) }}, '[.]?0+$', ''), ',.', '.,')
{%- endmacro %}

{% macro default__with_two_decimals(value) -%}
    format('{:,.2f}', {{ value }})
{%- endmacro %}

{% macro spark__with_two_decimals(value) -%}
    format_number({{ value }}, 2)
{%- endmacro %}
