{#- A quarter as a number that grows by one from quarter to quarter, also over the turn of the year. -#}
{% macro period_index(year, quarter) -%}
    (4 * {{ year }} + {{ quarter }})
{%- endmacro %}

{#- How many times a year an indicator of that frequency is asked for. -#}
{% macro periods_per_year(frequency) -%}
    case {{ frequency }} when 'quarter' then 4 when 'half_year' then 2 when 'year' then 1 end
{%- endmacro %}

{#- How many times an indicator of that frequency has been asked for since January, this quarter included. -#}
{% macro periods_asked(frequency, quarter) -%}
    cast(
        case {{ frequency }}
            when 'quarter' then {{ quarter }}
            when 'half_year' then floor({{ quarter }} / 2.0)
            when 'year' then floor({{ quarter }} / 4.0)
        end as bigint
    )
{%- endmacro %}
