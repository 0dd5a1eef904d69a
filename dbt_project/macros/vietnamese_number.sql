{#- A number as people write it here, `1.234,5`, with so many digits after the comma; null stays null. -#}
{% macro vietnamese_number(value, digits=0) -%}
    translate({{ grouped_number(value, digits) }}, ',.', '.,')
{%- endmacro %}
