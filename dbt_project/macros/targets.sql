{#- True when two relations speak of the same target of a period, the unit's own or an inherited one. -#}
{% macro is_same_target(left, right) -%}
    {{ left }}.period = {{ right }}.period
    and {{ left }}.org_unit_code = {{ right }}.org_unit_code
    and {{ left }}.indicator_code = {{ right }}.indicator_code
    and {{ left }}.target_set = {{ right }}.target_set
    and {{ left }}.target_year = {{ right }}.target_year
    and coalesce({{ left }}.inherited_from_code, '') = coalesce({{ right }}.inherited_from_code, '')
{%- endmacro %}

{#- True when two relations speak of the same indicator of the same unit, not of another one of its code. -#}
{% macro is_same_series(left, right) -%}
    {{ left }}.org_unit_code = {{ right }}.org_unit_code
    and {{ left }}.org_unit_valid_from = {{ right }}.org_unit_valid_from
    and {{ left }}.indicator_code = {{ right }}.indicator_code
    and {{ left }}.threshold = {{ right }}.threshold
{%- endmacro %}

{#- True when so many reports came that a figure can be judged; where none is owed, none is missing. -#}
{% macro is_complete_enough(completeness_pct) -%}
    (coalesce({{ completeness_pct }}, 100) >= {{ var('completeness_judged_from_pct') }})
{%- endmacro %}

{#-
True when `actual`, which does not meet the target yet, is where it is expected to be by now. Where the path asks for
the target itself already, only more than the target is enough for `>`, and less for `<`. A figure that shall equal
the target lies between what is expected and the target.
-#}
{% macro target_is_on_pace(operator, actual, expected, target) -%}
    case {{ operator }}
        when '>' then {{ actual }} >= {{ expected }} and {{ expected }} < {{ target }}
        when '>=' then {{ actual }} >= {{ expected }}
        when '=' then ({{ actual }} - {{ expected }}) * ({{ target }} - {{ actual }}) >= 0
        when '<=' then {{ actual }} <= {{ expected }}
        when '<'
            then {{ actual }} <= {{ expected }} and ({{ actual }} < {{ target }} or {{ expected }} > {{ target }})
    end
{%- endmacro %}
