{#-
The arithmetic that leadership reads. Unit tests of the models that use these macros stand beside the models.
-#}

{#-
`per` times `numerator` for each of `denominator`; null when a part is unknown or the denominator is 0. Whole
numbers are multiplied before they are divided, so that 4 of 5 is exactly 80 percent and not a hair more.
-#}
{% macro ratio(per, numerator, denominator) -%}
    cast({{ per }} * {{ numerator }} as double) / nullif({{ denominator }}, 0)
{%- endmacro %}

{#- `numerator` as a percentage of `denominator`. -#}
{% macro percent(numerator, denominator) -%}
    {{ ratio(100, numerator, denominator) }}
{%- endmacro %}

{#- True when `actual` stands to `target` as the operator column says; null when one of the three is null. -#}
{% macro target_is_met(operator, actual, target) -%}
    case {{ operator }}
        when '>' then {{ actual }} > {{ target }}
        when '>=' then {{ actual }} >= {{ target }}
        when '=' then {{ actual }} = {{ target }}
        when '<=' then {{ actual }} <= {{ target }}
        when '<' then {{ actual }} < {{ target }}
    end
{%- endmacro %}

{#- True when the validity [valid_from, valid_to) of `alias` contains the date. -#}
{% macro is_valid_on(alias, date) -%}
    {{ alias }}.valid_from <= {{ date }} and ({{ alias }}.valid_to is null or {{ alias }}.valid_to > {{ date }})
{%- endmacro %}

{#- `value`, but not below `least` and not above `most`, if there is such a bound. -#}
{% macro within(value, least, most) -%}
    case
        when {{ value }} < {{ least }} then {{ least }}
        when {{ value }} > {{ most }} then {{ most }}
        else {{ value }}
    end
{%- endmacro %}
