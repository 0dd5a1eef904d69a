{#- True when an indicator of that frequency is asked for in that quarter (1 to 4). -#}
{% macro asks_in_quarter(frequency, quarter) -%}
    case {{ frequency }}
        when 'quarter' then true
        when 'half_year' then {{ quarter }} in (2, 4)
        when 'year' then {{ quarter }} = 4
    end
{%- endmacro %}
