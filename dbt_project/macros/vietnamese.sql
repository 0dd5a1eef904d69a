{#-
Numbers with as many decimals as a sentence needs, as Vietnamese readers write them; `vietnamese_number` writes no
more decimals than a number has. Rounded before they are written, so that a half always goes up.
-#}
{% macro vietnamese_decimals(value, decimals) -%}
    translate({{ grouped_number('round(' ~ value ~ ', ' ~ decimals ~ ')', decimals) }}, ',.', '.,')
{%- endmacro %}

{#- A percentage: one decimal, two where the second one is not 0. -#}
{% macro vietnamese_percent(value) -%}
    case
        when round({{ value }}, 2) = round({{ value }}, 1) then {{ vietnamese_decimals(value, 1) }}
        else {{ vietnamese_decimals(value, 2) }}
    end
{%- endmacro %}
