{#- Numbers as Vietnamese readers write them: `1.234,5`. Null stays null. -#}

{#- With so many decimals. -#}
{% macro vietnamese_decimals(value, decimals) -%}
    translate({{ grouped_number(value, decimals) }}, ',.', '.,')
{%- endmacro %}

{#- With as many decimals as it has, two at most. -#}
{% macro vietnamese_number(value) -%}
    translate(regexp_replace({{ grouped_number(value, 2) }}, '[.]?0+$', ''), ',.', '.,')
{%- endmacro %}

{#- A percentage: one decimal, two where the second one is not 0. -#}
{% macro vietnamese_percent(value) -%}
    case
        when {{ rounded(value, 2) }} = {{ rounded(value, 1) }} then {{ vietnamese_decimals(value, 1) }}
        else {{ vietnamese_decimals(value, 2) }}
    end
{%- endmacro %}
